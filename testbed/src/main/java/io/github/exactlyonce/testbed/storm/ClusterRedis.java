package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisCluster;
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
import org.jspecify.annotations.Nullable;

/** Three primaries with a third of the slots each, and one replica of each. All orders are in one slot. */
final class ClusterRedis implements StormRedis {

    private static final int PRIMARIES = 3;

    private static final Duration MIGRATE_LIMIT = Duration.ofSeconds(5);

    private static final int SLOT = SlotHash.getSlot(RedisKeys.stock(Warehouse.MAIN));
    private static final int KEYS_AT_ONCE = 100;

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final RedisNodes asked = new RedisNodes();
    private @Nullable RedisProcess last;

    private ClusterRedis() {}

    static ClusterRedis start(Path directory) {
        ClusterRedis redis = new ClusterRedis();
        try {
            for (int port : Ports.free(2 * PRIMARIES)) {
                Path data = Files.createDirectories(directory.resolve("redis-" + port));
                redis.nodes.add(RedisProcess.start(port, data, RedisCluster.nodeOptions("--appendonly", "yes")));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        List<Integer> ports = redis.ports();
        RedisCluster.join(redis.asked, ports.subList(0, PRIMARIES), ports.subList(PRIMARIES, ports.size()));
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
        return RedisCluster.settings(ports());
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

    private List<Integer> ports() {
        return nodes.stream().map(RedisProcess::port).toList();
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
