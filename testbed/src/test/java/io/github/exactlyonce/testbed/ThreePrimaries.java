package io.github.exactlyonce.testbed;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.ClusterProcesses;
import io.github.exactlyonce.testbed.system.RedisCluster;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

/**
 * A cluster of three primaries, which nobody stands in for. One that is killed and comes back has kept what it had said, and
 * until then the other two go on: {@code cluster-require-full-coverage no}.
 */
final class ThreePrimaries implements AutoCloseable {

    private static final int SIZE = 3;

    private final ClusterProcesses cluster;

    ThreePrimaries() throws IOException {
        cluster = ClusterProcesses.start(
                Files.createTempDirectory("cluster"),
                SIZE,
                0,
                "--cluster-require-full-coverage",
                "no",
                "--appendonly",
                "yes",
                "--appendfsync",
                "always");
    }

    RedisURI uri() {
        return RedisURI.create(cluster.nodes().get(0).url());
    }

    Map<String, String> settings() {
        return cluster.settings();
    }

    /** Whether it runs or not. */
    RedisProcess holderOf(Warehouse warehouse) {
        return cluster.nodes().get(RedisCluster.indexOfOwner(RedisKeys.stock(warehouse), SIZE));
    }

    /** Past the cluster. */
    StatefulRedisConnection<String, String> connection(RedisProcess node) {
        return cluster.connection(node);
    }

    void awaitWhole() {
        List<Integer> ports = cluster.nodes().stream().map(RedisProcess::port).toList();
        RedisCluster.awaitWhole(cluster.asked(), ports);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
