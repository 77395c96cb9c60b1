package io.github.exactlyonce.testbed.system;

import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.ClusterPartitionParser;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Redis Cluster on this machine: processes that were started with {@link #nodeOptions}, and each primary has an equal share. */
public final class RedisCluster {

    /** A node is given up after so many milliseconds. */
    private static final String NODE_TIMEOUT = "2000";

    /** Longer than the node timeout, after which a node that was too busy to answer is forgotten, and has to be met again. */
    private static final Duration HANDSHAKE_LIMIT = Duration.ofSeconds(5);

    private RedisCluster() {}

    /** How each node is started, and {@code more}. */
    public static String[] nodeOptions(String... more) {
        return Stream.concat(
                        Stream.of("--cluster-enabled", "yes", "--cluster-node-timeout", NODE_TIMEOUT), Stream.of(more))
                .toArray(String[]::new);
    }

    /**
     * Makes nodes that know nothing yet one cluster, and waits until it serves every slot. Each begins with a configuration epoch of
     * its own: primaries that began alike would take new ones later, and one that died before its replica had heard of it would
     * have no successor, since the others vote for none who knows an older one.
     *
     * @param replicas one for each of the first primaries, or fewer
     */
    public static void join(RedisNodes nodes, List<Integer> primaries, List<Integer> replicas) {
        List<Integer> all = Stream.concat(primaries.stream(), replicas.stream()).toList();
        for (int i = 0; i < all.size(); i++) {
            nodes.commands(all.get(i)).clusterSetConfigEpoch(i + 1);
        }
        for (int i = 0; i < primaries.size(); i++) {
            int[] slots = IntStream.range(firstSlot(i, primaries.size()), firstSlot(i + 1, primaries.size()))
                    .toArray();
            nodes.commands(primaries.get(i)).clusterAddSlots(slots);
        }
        nodes.await("all know each other", () -> {
            all.forEach(node -> nodes.commands(node).clusterMeet("127.0.0.1", primaries.get(0)));
            return Polling.until(
                    HANDSHAKE_LIMIT, () -> all.stream().allMatch(node -> knownTo(nodes, node) == all.size()));
        });
        for (int i = 0; i < replicas.size(); i++) {
            String primary = nodes.commands(primaries.get(i)).clusterMyId();
            nodes.commands(replicas.get(i)).clusterReplicate(primary);
        }
        replicas.forEach(nodes::awaitReplica);
        awaitWhole(nodes, all);
    }

    /** Until each of them knows of all slots, and that each is held. */
    public static void awaitWhole(RedisNodes nodes, List<Integer> ports) {
        nodes.await("the cluster is complete", () -> ports.stream().allMatch(node -> servesAll(nodes, node)));
    }

    /** Which of so many primaries got this key when they were joined, from 0. */
    public static int indexOfOwner(String key, int primaries) {
        return SlotHash.getSlot(key) * primaries / SlotHash.SLOT_COUNT;
    }

    /** What the services have to be told. */
    public static Map<String, String> settings(List<Integer> nodes) {
        return Map.of(
                "SPRING_DATA_REDIS_CLUSTER_NODES",
                nodes.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
    }

    private static int firstSlot(int primary, int primaries) {
        return (primary * SlotHash.SLOT_COUNT + primaries - 1) / primaries;
    }

    private static int knownTo(RedisNodes nodes, int node) {
        return ClusterPartitionParser.parse(nodes.commands(node).clusterNodes()).size();
    }

    /** Without {@code cluster-require-full-coverage} a node says ok before it knows who has the other slots. */
    private static boolean servesAll(RedisNodes nodes, int node) {
        String info = nodes.commands(node).clusterInfo();
        return info.contains("cluster_state:ok") && info.contains("cluster_slots_ok:" + SlotHash.SLOT_COUNT);
    }
}
