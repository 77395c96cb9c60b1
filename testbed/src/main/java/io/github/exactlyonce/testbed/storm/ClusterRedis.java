package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Three primaries with a third of the slots each, and one replica of each. All orders are in one slot. */
final class ClusterRedis implements StormRedis {

    private static final int PRIMARIES = 3;

    /** A node is given up after so long. */
    private static final Duration NODE_TIMEOUT = Duration.ofSeconds(2);

    private static final int SLOT = SlotHash.getSlot(RedisKeys.stock(Warehouse.MAIN));
    private static final int KEYS_AT_ONCE = 100;
    private static final Duration MIGRATE_LIMIT = Duration.ofSeconds(5);

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final RedisNodes asked = new RedisNodes();
    private @Nullable RedisProcess last;

    private ClusterRedis() {}

    static ClusterRedis start(Path directory) {
        ClusterRedis redis = new ClusterRedis();
        try {
            for (int port : Ports.free(2 * PRIMARIES)) {
                Path data = Files.createDirectories(directory.resolve("redis-" + port));
                redis.nodes.add(RedisProcess.start(
                        port,
                        data,
                        "--appendonly",
                        "yes",
                        "--cluster-enabled",
                        "yes",
                        "--cluster-node-timeout",
                        String.valueOf(NODE_TIMEOUT.toMillis())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        redis.join();
        return redis;
    }

    /** As others than the last one see it: that may be gone, or not know yet that it is no primary any more. */
    @Override
    public synchronized RedisProcess primary() {
        List<RedisProcess> witnesses = new ArrayList<>(nodes);
        witnesses.remove(last);
        for (RedisProcess witness : witnesses) {
            try {
                last = process(owner(witness));
                return last;
            } catch (RedisException e) {
                // this one is away as well
            }
        }
        throw new IllegalStateException("nobody can be asked who owns slot " + SLOT);
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(
                "SPRING_DATA_REDIS_CLUSTER_NODES",
                nodes.stream().map(node -> node.host() + ":" + node.port()).collect(Collectors.joining(",")));
    }

    @Override
    public List<RedisProcess> nodes() {
        return nodes;
    }

    /** Moves the slot of the orders, key by key, to another primary. Until the last one is there, scripts are turned away. */
    void moveSlot() {
        RedisProcess from = primary();
        RedisClusterNode source = owner(from);
        RedisClusterNode target = view(from).stream()
                .filter(node -> !node.getSlots().isEmpty() && !node.getNodeId().equals(source.getNodeId()))
                .findFirst()
                .orElseThrow();
        RedisCommands<String, String> here = asked.commands(from.port());
        RedisCommands<String, String> there = asked.commands(process(target).port());
        there.clusterSetSlotImporting(SLOT, source.getNodeId());
        here.clusterSetSlotMigrating(SLOT, target.getNodeId());
        List<String> keys = here.clusterGetKeysInSlot(SLOT, KEYS_AT_ONCE);
        while (!keys.isEmpty()) {
            RedisURI uri = target.getUri();
            here.migrate(uri.getHost(), uri.getPort(), 0, MIGRATE_LIMIT.toMillis(), MigrateArgs.Builder.keys(keys));
            keys = here.clusterGetKeysInSlot(SLOT, KEYS_AT_ONCE);
        }
        there.clusterSetSlotNode(SLOT, target.getNodeId()); // the new owner first: else nobody owns it for a moment
        here.clusterSetSlotNode(SLOT, target.getNodeId());
        asked.await(
                "every node knows the new owner",
                () -> nodes.stream().allMatch(node -> owner(node).getNodeId().equals(target.getNodeId())));
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
        asked.close();
    }

    private void join() {
        List<RedisProcess> primaries = nodes.subList(0, PRIMARIES);
        for (int i = 0; i < PRIMARIES; i++) {
            int first = (i * SlotHash.SLOT_COUNT + PRIMARIES - 1) / PRIMARIES;
            int end = ((i + 1) * SlotHash.SLOT_COUNT + PRIMARIES - 1) / PRIMARIES;
            asked.commands(primaries.get(i).port())
                    .clusterAddSlots(IntStream.range(first, end).toArray());
        }
        RedisProcess one = nodes.get(0);
        nodes.forEach(node -> asked.commands(node.port()).clusterMeet(one.host(), one.port()));
        asked.await(
                "all know each other",
                () -> nodes.stream().allMatch(node -> view(node).size() == nodes.size()));
        for (int i = 0; i < PRIMARIES; i++) {
            String primary = asked.commands(primaries.get(i).port()).clusterMyId();
            asked.commands(nodes.get(PRIMARIES + i).port()).clusterReplicate(primary);
        }
        nodes.subList(PRIMARIES, nodes.size()).forEach(node -> asked.awaitReplica(node.port()));
        asked.await(
                "the cluster is complete",
                () -> nodes.stream()
                        .allMatch(node ->
                                asked.commands(node.port()).clusterInfo().contains("cluster_state:ok")));
    }

    private Partitions view(RedisProcess node) {
        return ClusterPartitionParser.parse(asked.commands(node.port()).clusterNodes());
    }

    private RedisClusterNode owner(RedisProcess witness) {
        return view(witness).stream()
                .filter(node -> node.hasSlot(SLOT))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody owns slot " + SLOT));
    }

    private RedisProcess process(RedisClusterNode wanted) {
        int port = wanted.getUri().getPort();
        return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
    }
}
