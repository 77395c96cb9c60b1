package io.github.exactlyonce.testbed.system;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A Redis Cluster that this JVM has started, can hurt and can ask. It ends with this JVM at the latest. */
public final class ClusterProcesses implements AutoCloseable {

    private static final Duration MIGRATE_LIMIT = Duration.ofSeconds(5);
    private static final int KEYS_AT_ONCE = 100;

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final RedisNodes asked = new RedisNodes();
    private final Map<Integer, RedisProcess> lastOwners = new HashMap<>();

    private ClusterProcesses() {}

    /**
     * @param directory for the logs and data of its processes
     * @param replicas one for each of the first primaries, or fewer
     * @param options of each node
     */
    public static ClusterProcesses start(Path directory, int primaries, int replicas, String... options) {
        ClusterProcesses cluster = new ClusterProcesses();
        try {
            for (int port : Ports.ofCluster(primaries + replicas)) {
                Path data = Files.createDirectories(directory.resolve("redis-" + port));
                cluster.nodes.add(RedisProcess.start(port, data, RedisCluster.nodeOptions(options)));
            }
            List<Integer> ports = cluster.ports();
            RedisCluster.join(cluster.asked, ports.subList(0, primaries), ports.subList(primaries, ports.size()));
            return cluster;
        } catch (IOException e) {
            cluster.close();
            throw new UncheckedIOException(e);
        } catch (RuntimeException e) {
            cluster.close();
            throw e;
        }
    }

    /** All of them; when they were started, the primaries were the first ones. */
    public List<RedisProcess> nodes() {
        return nodes;
    }

    /** What the services have to be told. */
    public Map<String, String> settings() {
        return RedisCluster.settings(ports());
    }

    /** Past the cluster, as {@link #asked}. */
    public RedisCommands<String, String> firstNode() {
        return asked.commands(nodes().get(0).port());
    }

    /** Connections past the cluster. */
    public RedisNodes asked() {
        return asked;
    }

    public StatefulRedisConnection<String, String> connection(RedisProcess node) {
        return asked.connection(node.port());
    }

    /**
     * Who holds this warehouse, as others than the last one see it: that may be gone, or not know yet that it is no primary any more.
     *
     * @throws IllegalStateException if nobody holds it, or nobody can be asked
     */
    public synchronized RedisProcess ownerOf(Warehouse warehouse) {
        int slot = slotOf(warehouse);
        RedisProcess last = lastOwners.get(slot);
        List<RedisProcess> witnesses =
                nodes.stream().filter(node -> node != last).toList();
        for (RedisProcess witness : witnesses) {
            try {
                RedisProcess owner = process(owner(witness, slot));
                lastOwners.put(slot, owner);
                return owner;
            } catch (RedisException e) {
                // this one is away as well
            }
        }
        throw new IllegalStateException("nobody can be asked who owns slot " + slot);
    }

    /**
     * Moves all of a warehouse, key by key, to another primary. Until the last one is there, scripts are turned away.
     *
     * @return whose it is now
     */
    public RedisProcess moveSlotOf(Warehouse warehouse) {
        int slot = slotOf(warehouse);
        RedisProcess from = ownerOf(warehouse);
        RedisClusterNode source = owner(from, slot);
        RedisClusterNode target = view(from).stream()
                .filter(node -> !node.getSlots().isEmpty() && !node.getNodeId().equals(source.getNodeId()))
                .findFirst()
                .orElseThrow();
        RedisCommands<String, String> here = asked.commands(from.port());
        RedisCommands<String, String> there = asked.commands(process(target).port());
        there.clusterSetSlotImporting(slot, source.getNodeId());
        here.clusterSetSlotMigrating(slot, target.getNodeId());
        List<String> keys = here.clusterGetKeysInSlot(slot, KEYS_AT_ONCE);
        while (!keys.isEmpty()) {
            RedisURI uri = target.getUri();
            here.migrate(uri.getHost(), uri.getPort(), 0, MIGRATE_LIMIT.toMillis(), MigrateArgs.Builder.keys(keys));
            keys = here.clusterGetKeysInSlot(slot, KEYS_AT_ONCE);
        }
        there.clusterSetSlotNode(slot, target.getNodeId()); // the new owner first: else nobody owns it for a moment
        here.clusterSetSlotNode(slot, target.getNodeId());
        asked.await(
                "every node knows the new owner of slot " + slot,
                () -> nodes.stream()
                        .allMatch(node -> owner(node, slot).getNodeId().equals(target.getNodeId())));
        return process(target);
    }

    @Override
    public void close() {
        nodes.forEach(RedisProcess::close);
        asked.close();
    }

    private static int slotOf(Warehouse warehouse) {
        return SlotHash.getSlot(RedisKeys.stock(warehouse));
    }

    private List<Integer> ports() {
        return nodes.stream().map(RedisProcess::port).toList();
    }

    private Partitions view(RedisProcess node) {
        return ClusterPartitionParser.parse(asked.commands(node.port()).clusterNodes());
    }

    private RedisClusterNode owner(RedisProcess witness, int slot) {
        return view(witness).stream()
                .filter(node -> node.hasSlot(slot))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("nobody owns slot " + slot));
    }

    private RedisProcess process(RedisClusterNode wanted) {
        int port = wanted.getUri().getPort();
        return nodes.stream().filter(node -> node.port() == port).findFirst().orElseThrow();
    }
}
