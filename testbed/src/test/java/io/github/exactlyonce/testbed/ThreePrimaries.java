package io.github.exactlyonce.testbed;

import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.Ports;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.SlotHash;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * A cluster of three primaries, which nobody stands in for. One that is killed and comes back has kept what it had said, and
 * until then the other two go on: {@code cluster-require-full-coverage no}.
 */
final class ThreePrimaries implements AutoCloseable {

    private static final int SIZE = 3;

    final List<RedisProcess> nodes = new ArrayList<>();
    private final RedisClient client = RedisClient.create();

    ThreePrimaries() throws IOException {
        for (int port : Ports.free(SIZE)) {
            nodes.add(RedisProcess.start(
                    port,
                    Files.createTempDirectory("cluster"),
                    "--cluster-enabled",
                    "yes",
                    "--cluster-require-full-coverage",
                    "no",
                    "--cluster-node-timeout",
                    "2000",
                    "--appendonly",
                    "yes",
                    "--appendfsync",
                    "always"));
        }
        for (int i = 0; i < SIZE; i++) {
            try (StatefulRedisConnection<String, String> node = connection(nodes.get(i))) {
                int first = (i * SlotHash.SLOT_COUNT + SIZE - 1) / SIZE;
                int end = ((i + 1) * SlotHash.SLOT_COUNT + SIZE - 1) / SIZE;
                node.sync().clusterAddSlots(IntStream.range(first, end).toArray());
                node.sync().clusterMeet("127.0.0.1", nodes.get(0).port());
            }
        }
        nodes.forEach(this::awaitWhole);
    }

    RedisURI uri() {
        return RedisURI.create(nodes.get(0).url());
    }

    /** What the services have to be told. */
    Map<String, String> settings() {
        return Map.of(
                "SPRING_DATA_REDIS_CLUSTER_NODES",
                "127.0.0.1:" + nodes.get(0).port() + ",127.0.0.1:"
                        + nodes.get(1).port());
    }

    RedisProcess holderOf(Warehouse warehouse) {
        return nodes.get(SlotHash.getSlot(RedisKeys.stock(warehouse)) * SIZE / SlotHash.SLOT_COUNT);
    }

    /** Past the cluster; to be closed by the caller. */
    StatefulRedisConnection<String, String> connection(RedisProcess node) {
        return client.connect(RedisURI.create(node.url()));
    }

    /** Until it knows of all slots, and that each is held. */
    void awaitWhole(RedisProcess node) {
        try (StatefulRedisConnection<String, String> connection = connection(node)) {
            await().atMost(TestSystem.PATIENCE).until(() -> {
                String info = connection.sync().clusterInfo();
                return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SlotHash.SLOT_COUNT);
            });
        }
    }

    @Override
    public void close() {
        client.shutdown();
        nodes.forEach(RedisProcess::close);
    }
}
