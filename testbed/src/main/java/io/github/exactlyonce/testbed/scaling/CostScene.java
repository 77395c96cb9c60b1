package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.system.ClusterProcesses;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.util.FileSystemUtils;

/** Three primaries, an order service and three replicas that serve all warehouses, and what is done with them to be measured. */
final class CostScene implements AutoCloseable {

    static final int REPLICAS = 3;

    private static final String RUN = "scaling-costs";
    private static final Duration SETTLE_LIMIT = Duration.ofMinutes(2);

    /** Locks live so long, as by default: from then on as many expire as are set. */
    private static final Duration LOCK_TTL = Duration.ofSeconds(5);

    /** After the time to live, until Redis has found those that nobody asks for. */
    private static final Duration EXPIRY = Duration.ofSeconds(2);

    /** For figures, not for a fast start; {@code -Dtestbed.jvm} chooses others. */
    private static final String JVM = "-Xmx512m";

    private final ClusterProcesses cluster;
    private final LocalSystem system;
    private final OrderClient client;
    private final long seed;
    private int loads;

    private CostScene(ClusterProcesses cluster, LocalSystem system, long seed) {
        this.cluster = cluster;
        this.system = system;
        this.client = new OrderClient(system.orderService().uri());
        this.seed = seed;
    }

    static CostScene start(long seed) {
        try {
            FileSystemUtils.deleteRecursively(LocalSystem.directoryOf(RUN));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        ClusterProcesses cluster =
                ClusterProcesses.start(LocalSystem.directoryOf(RUN), Shards.COUNT, 0, "--appendonly", "yes");
        Map<String, String> settings = new HashMap<>(cluster.settings());
        settings.put("INVENTORY_LOCK_TTL", LOCK_TTL.toMillis() + "ms");
        settings.put(
                "INVENTORY_AUDIT_INTERVAL", "1d"); // each minute it would fall into one window and not into the next
        List<Integer> ports = Ports.free(1 + REPLICAS);
        LocalSystem system = LocalSystem.launch(new SystemPlan(
                RUN,
                RedisNodes.uri(cluster.nodes().get(0).port()),
                ports.get(0),
                ports.subList(1, ports.size()),
                List.of(System.getProperty("testbed.jvm", JVM).trim().split(" +")),
                settings,
                false));
        CostScene scene = new CostScene(cluster, system, seed);
        try {
            system.waitUntilReady();
            return scene;
        } catch (RuntimeException e) {
            scene.close();
            throw e;
        }
    }

    ClusterProcesses cluster() {
        return cluster;
    }

    LocalSystem system() {
        return system;
    }

    /** Gives each of them something to sell; it exists from then on. */
    void stock(List<Warehouse> warehouses) {
        for (Warehouse warehouse : warehouses) {
            Inventory inventory = new Inventory(system.replicas().get(0).uri(), warehouse);
            SpreadOrders.STOCK.forEach((sku, units) -> inventory.set(sku, units, SETTLE_LIMIT));
        }
    }

    Load load(List<Warehouse> warehouses, int rate) {
        String prefix = "load" + ++loads;
        return Load.start(client, new SpreadOrders(prefix, warehouses, Integer.MAX_VALUE, seed + loads), rate);
    }

    /** How the counters grow in this time. */
    Reading watch(Duration time) throws InterruptedException {
        Reading before = read();
        pause(time);
        return read().since(before);
    }

    Reading read() {
        return Reading.take(cluster, system);
    }

    /** Until locks expire at the rate at which they are set. */
    void pauseUntilSteady() throws InterruptedException {
        pause(LOCK_TTL);
    }

    /** Until nothing but what is kept is left of what was ordered. */
    void awaitQuiet(List<Warehouse> warehouses) throws InterruptedException {
        if (!Polling.until(SETTLE_LIMIT, () -> warehouses.stream().allMatch(this::isSettled))) {
            throw new ScalingException("Not all orders were settled within %d s; the logs are in %s."
                    .formatted(SETTLE_LIMIT.toSeconds(), LocalSystem.directoryOf(RUN)));
        }
        pause(LOCK_TTL.plus(EXPIRY));
    }

    /** Bytes in use by all nodes. */
    double memory() {
        return cluster.nodes().stream()
                .mapToDouble(node ->
                        NodeStats.read(cluster.asked().commands(node.port())).memory())
                .sum();
    }

    void pauseReplicas() {
        system.replicas().forEach(ServiceProcess::pause);
    }

    void resumeReplicas() {
        system.replicas().forEach(ServiceProcess::resume);
        system.waitUntilReady();
    }

    static void pause(Duration duration) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(duration.toMillis());
    }

    private boolean isSettled(Warehouse warehouse) {
        try {
            return cluster.connection(cluster.nodes().get(Shards.of(warehouse)))
                            .sync()
                            .zcard(RedisKeys.jobs(warehouse))
                    == 0;
        } catch (RedisException e) {
            return false;
        }
    }

    @Override
    public void close() {
        system.close();
        cluster.close();
    }
}
