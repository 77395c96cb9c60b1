package io.github.exactlyonce.order;

import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Three primaries, which a test can freeze without the others minding. One holds the list of warehouses, one has a replica,
 * so that orders can be durable there, and the third has neither.
 */
final class SmallCluster implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int LISTS_SLOT = SlotHash.getSlot(RedisKeys.WAREHOUSES);

    final Node plain = new Node(0, 8_000);
    final Node listing = new Node(8_000, 12_000);
    final Node replicated = new Node(12_000, SlotHash.SLOT_COUNT);
    final Node replica = new Node(0, 0);
    private final List<Node> primaries = List.of(plain, listing, replicated);
    private final List<Node> all = List.of(plain, listing, replicated, replica);
    private int names;

    SmallCluster() {
        for (int i = 0; i < primaries.size(); i++) {
            Node node = primaries.get(i);
            node.redis
                    .commands()
                    .clusterAddSlots(
                            IntStream.range(node.firstSlot, node.endSlot).toArray());
            node.redis.commands().clusterSetConfigEpoch(i + 1);
        }
        all.stream().skip(1).forEach(node -> node.redis.commands().clusterMeet("127.0.0.1", plain.process.port()));
        await().atMost(LIMIT).until(() -> all.stream().allMatch(node -> node.knows(all.size())));
        replica.redis.commands().clusterReplicate(replicated.id());
        replica.redis.commands().readOnly();
        await().atMost(LIMIT)
                .until(() -> all.stream().allMatch(Node::isWell)
                        && replicated.redis.commands().info("replication").contains("state=online"));
    }

    String setting() {
        return "--spring.data.redis.cluster.nodes=127.0.0.1:" + plain.process.port() + ",127.0.0.1:"
                + listing.process.port();
    }

    /** One that no other test has used, in a slot of its own. */
    Warehouse warehouseOn(Node node) {
        while (true) {
            Warehouse warehouse = new Warehouse("w" + names++);
            int slot = slot(warehouse);
            if (slot >= node.firstSlot && slot < node.endSlot && slot != LISTS_SLOT) {
                return warehouse;
            }
        }
    }

    static int slot(Warehouse warehouse) {
        return SlotHash.getSlot(RedisKeys.jobs(warehouse));
    }

    /** From now on a key of this slot that the one has not is asked of the other. */
    void beginToMove(int slot, Node from, Node to) {
        to.redis.commands().clusterSetSlotImporting(slot, from.id());
        from.redis.commands().clusterSetSlotMigrating(slot, to.id());
    }

    static void moveKey(String key, Node from, Node to) {
        from.redis.commands().migrate("127.0.0.1", to.process.port(), key, 0, 5_000);
    }

    void endMove(int slot, Node from, Node to) {
        from.redis.commands().clusterGetKeysInSlot(slot, 1_000).forEach(key -> moveKey(key, from, to));
        to.redis.commands().clusterSetSlotNode(slot, to.id());
        to.redis.commands().clusterBumpepoch();
        primaries.stream()
                .filter(node -> node != to)
                .forEach(node -> node.redis.commands().clusterSetSlotNode(slot, to.id()));
    }

    @Override
    public void close() {
        all.forEach(Node::close);
    }

    static final class Node {

        final RedisProcess process = RedisProcess.start(
                "--cluster-enabled",
                "yes",
                "--cluster-node-timeout",
                "15000",
                "--cluster-require-full-coverage",
                "no",
                "--repl-diskless-sync-delay",
                "0");
        final ObservedRedis redis = new ObservedRedis(process.url());
        private final int firstSlot;
        private final int endSlot;

        private Node(int firstSlot, int endSlot) {
            this.firstSlot = firstSlot;
            this.endSlot = endSlot;
        }

        /** How often it has answered with this error. */
        int errors(String word) {
            return redis.commands()
                    .info("errorstats")
                    .lines()
                    .filter(line -> line.startsWith("errorstat_" + word + ":count="))
                    .mapToInt(line -> Integer.parseInt(line.substring(line.indexOf('=') + 1)))
                    .sum();
        }

        /** Whether it holds this key, whoever it believes to own the slot: a replica hears of a move a little later. */
        boolean has(String key) {
            return redis.commands()
                    .clusterGetKeysInSlot(SlotHash.getSlot(key), 1_000)
                    .contains(key);
        }

        String id() {
            return redis.commands().clusterMyId();
        }

        private boolean knows(int nodes) {
            String known = redis.commands().clusterNodes();
            return known.lines().count() == nodes && !known.contains("handshake");
        }

        private boolean isWell() {
            String info = redis.commands().clusterInfo();
            return info.contains("cluster_state:ok")
                    && info.contains("cluster_slots_ok:" + SlotHash.SLOT_COUNT)
                    && redis.commands().clusterNodes().contains("slave");
        }

        private void close() {
            process.thaw();
            redis.close();
            process.close();
        }
    }
}
