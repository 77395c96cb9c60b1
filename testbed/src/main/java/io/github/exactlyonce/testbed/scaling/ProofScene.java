package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.system.ClusterProcesses;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import org.springframework.util.FileSystemUtils;

/** Three primaries with a replica each, an order service that acknowledges on a replica, and two groups of replicas. */
final class ProofScene implements AutoCloseable {

    /** Eight on each shard. */
    static final List<Warehouse> WAREHOUSES = Shards.spread(24);

    static final int REPLICAS_OF_A_GROUP = 3;

    /** What {@link SpreadOrders} asks for: the last one is sold out before long, so that there are rejections as well. */
    static final Map<String, Long> STOCK = Map.of("001", 5_000_000L, "002", 5_000_000L, "003", 1_000L);

    private static final String RUN = "scaling-proof";
    private static final int GROUPS = 2;

    /** For a machine that is busy with something else. */
    private static final Duration START_LIMIT = Duration.ofMinutes(2);

    /** No ledger is trimmed before it is audited. */
    private static final int LEDGER_LENGTH = 10_000_000;

    private final ClusterProcesses cluster;
    private final LocalSystem system;

    private ProofScene(ClusterProcesses cluster, LocalSystem system) {
        this.cluster = cluster;
        this.system = system;
    }

    static ProofScene start() {
        try {
            FileSystemUtils.deleteRecursively(logs());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ClusterProcesses cluster = ClusterProcesses.start(
                logs(), Shards.COUNT, Shards.COUNT, "--appendonly", "yes", "--cluster-require-full-coverage", "no");
        Map<String, String> settings = new HashMap<>(cluster.settings());
        settings.put("ORDERS_DURABILITY", "replica");
        settings.put("INVENTORY_LEDGERLENGTH", String.valueOf(LEDGER_LENGTH));
        LocalSystem system = LocalSystem.launch(
                SystemPlan.forTests(
                        RUN, RedisNodes.uri(cluster.nodes().get(0).port()), GROUPS * REPLICAS_OF_A_GROUP, settings),
                ProofScene::served);
        ProofScene scene = new ProofScene(cluster, system);
        try {
            system.waitUntilReady();
            WAREHOUSES.forEach(warehouse -> {
                Inventory inventory = scene.inventory(warehouse);
                STOCK.forEach((sku, units) -> inventory.set(sku, units, START_LIMIT));
                inventory.audit(); // begins it: what follows is replayed
            });
            return scene;
        } catch (RuntimeException e) {
            scene.close();
            throw e;
        }
    }

    static Path logs() {
        return LocalSystem.directoryOf(RUN);
    }

    /** From 0; half of each shard is of each group. */
    static int group(Warehouse warehouse) {
        return WAREHOUSES.indexOf(warehouse) % GROUPS;
    }

    ClusterProcesses cluster() {
        return cluster;
    }

    LocalSystem system() {
        return system;
    }

    /** As they were at the start. */
    List<NodeStats> primaries() {
        return cluster.nodes().subList(0, Shards.COUNT).stream()
                .map(node -> NodeStats.read(cluster.asked().commands(node.port())))
                .toList();
    }

    /** To whoever has it now. */
    StatefulRedisConnection<String, String> redis(Warehouse warehouse) {
        return cluster.connection(cluster.ownerOf(warehouse));
    }

    /** Whether some of its orders are not settled yet, as far as it can be asked. */
    boolean isWaiting(Warehouse warehouse) {
        try {
            return redis(warehouse).sync().zcard(RedisKeys.jobs(warehouse)) > 0;
        } catch (RedisException | IllegalStateException e) {
            return true;
        }
    }

    /** @return what a replica's own audit says if it is not that all is well */
    Optional<String> awaitOwnAudit(Warehouse warehouse, Duration limit) {
        AtomicReference<String> last = new AtomicReference<>("");
        boolean complete = Polling.until(limit, () -> {
            last.set(inventory(warehouse).audit());
            return last.get().contains("\"complete\":true");
        });
        return complete && last.get().contains("\"clean\":true") ? Optional.empty() : Optional.of(last.get());
    }

    @Override
    public void close() {
        system.close();
        cluster.close();
    }

    /** Any replica answers for any warehouse. */
    private Inventory inventory(Warehouse warehouse) {
        return new Inventory(system.replicas().get(0).uri(), warehouse);
    }

    private static Map<String, String> served(String service) {
        if (!service.startsWith("inventory-")) {
            return Map.of();
        }
        int group = (Integer.parseInt(service.substring("inventory-".length())) - 1) / REPLICAS_OF_A_GROUP;
        return Map.of(
                "INVENTORY_WAREHOUSES",
                WAREHOUSES.stream()
                        .filter(warehouse -> group(warehouse) == group)
                        .map(Warehouse::name)
                        .collect(Collectors.joining(",")));
    }
}
