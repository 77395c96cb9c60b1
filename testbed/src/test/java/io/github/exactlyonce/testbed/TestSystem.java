package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.audit.Audit;
import io.github.exactlyonce.testbed.audit.AuditReport;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.load.Markers;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;

/** Redis, the order service and three replicas, and what a system test does with them. */
final class TestSystem implements AutoCloseable {

    static final int REPLICAS = 3;

    /** What random orders ask for: the last one is soon sold out, so that there are rejections as well. */
    static final Map<String, Long> STOCK = Map.of("001", 500_000L, "002", 500_000L, "003", 500_000L, "004", 300L);

    /** Long enough for a machine that is busy with something else. */
    static final Duration PATIENCE = Duration.ofSeconds(60);

    /** For processes that start together, under load. */
    static final Duration START_LIMIT = Duration.ofMinutes(3);

    /** A dead replica's claims are free again after 2 s instead of 10: the tests wait for it. */
    static final Duration LEASE = Duration.ofSeconds(2);

    private final @Nullable RedisProcess redis;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final LocalSystem system;
    private final OrderClient orders;
    private final Markers markers;
    private final long seed = Long.getLong("testbed.seed", System.nanoTime());
    private @Nullable Map<String, String> settings = Map.of();
    private Map<String, Long> startStock = STOCK;
    private @Nullable Load load;
    private boolean redisIsAlive = true;

    private TestSystem(RedisURI uri, @Nullable RedisProcess redis, LocalSystem system) {
        this.redis = redis;
        this.client = RedisClient.create(uri);
        this.connection = client.connect();
        this.system = system;
        this.orders = new OrderClient(system.orderService().uri());
        this.markers = new Markers(orders);
        System.out.println("random orders: replay with -Dtestbed.seed=" + seed);
    }

    /** On a Redis of its own, with an append-only file. */
    static TestSystem start() {
        RedisProcess redis = redisWithAppendOnlyFile();
        RedisURI uri = RedisURI.create(redis.url());
        return new TestSystem(uri, redis, services("system-tests", uri));
    }

    /** On a Redis of somebody else. @param run names the directory of the logs */
    static TestSystem startOn(RedisURI uri, String run) {
        return new TestSystem(uri, null, services(run, uri));
    }

    private static LocalSystem services(String run, RedisURI uri) {
        Map<String, String> settings = Map.of("JOBS_LEASE", LEASE.toMillis() + "ms");
        return LocalSystem.launch(SystemPlan.forTests(run, uri, REPLICAS, settings));
    }

    private static RedisProcess redisWithAppendOnlyFile() {
        try {
            return RedisProcess.start(
                    Ports.free(),
                    Files.createTempDirectory("system-tests"),
                    "--appendonly",
                    "yes",
                    "--appendfsync",
                    "always");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whatever the last test left behind: everything runs, nothing is stored but {@link #STOCK}. */
    void prepare(Map<String, String> wanted) {
        endLoad();
        if (!wanted.equals(settings)) {
            system.replaceReplicas(wanted);
            settings = wanted;
        }
        if (!redisIsAlive) {
            startRedis();
        }
        system.removeAddedReplicas();
        system.repair();
        system.waitUntilReady();
        empty();
    }

    /** Nothing is stored but {@link #STOCK}; whoever runs, runs on. */
    void empty() {
        redis().flushall();
        startStock = new HashMap<>();
        STOCK.forEach(this::stock);
    }

    /** Sets the units of one more SKU at the start of a test. */
    void stock(String sku, long units) {
        startStock.put(sku, units);
        new Inventory(replica(1).uri()).set(sku, units, PATIENCE);
    }

    Iterator<Order> randomOrders(String prefix) {
        return new RandomOrders(prefix, STOCK.keySet().stream().sorted().toList(), seed);
    }

    Iterator<Order> randomOrders(String prefix, int count) {
        Iterator<Order> all = randomOrders(prefix);
        return IntStream.range(0, count).mapToObj(i -> all.next()).iterator();
    }

    Load place(Iterator<Order> orders, int ordersPerSecond) {
        Load started = Load.start(this.orders, orders, ordersPerSecond);
        load = started;
        return started;
    }

    void place(Order order) {
        try {
            orders.place(order);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** How often an order had to be sent again since the start. */
    int repeats() {
        return orders.repeats();
    }

    /** Counted from 1, as in its name. */
    ServiceProcess replica(int number) {
        return system.replicas().get(number - 1);
    }

    List<ServiceProcess> replicas() {
        return system.replicas();
    }

    ServiceProcess orderService() {
        return system.orderService();
    }

    /** Beside the other one, until it is stopped. Waits until it is ready. */
    ServiceProcess addOrderService(String name, Map<String, String> environment) {
        ServiceProcess added = system.addOrderService(name, environment);
        added.waitUntilReady(START_LIMIT);
        return added;
    }

    /** Until the next test. Waits until it is ready. */
    ServiceProcess addReplica() {
        ServiceProcess replica = system.addReplica();
        replica.waitUntilReady(START_LIMIT);
        return replica;
    }

    /** Until the next test; does not wait until it is ready. @param number counted from 1 */
    ServiceProcess replaceReplica(int number, Map<String, String> environment) {
        settings = null; // not the same for all: the next test gets new ones
        return system.replaceReplica(number, environment);
    }

    /** Pauses the others meanwhile. */
    void only(ServiceProcess replica, Runnable work) {
        List<ServiceProcess> others =
                replicas().stream().filter(each -> each != replica).toList();
        others.forEach(ServiceProcess::pause);
        work.run();
        others.forEach(ServiceProcess::resume);
    }

    /** Restock jobs for these replicas. */
    JobRun jobs() {
        return new JobRun(connection);
    }

    void killRedis() {
        ownRedis().kill();
        redisIsAlive = false;
    }

    void startRedis() {
        ownRedis().restart();
        redisIsAlive = true;
    }

    RedisCommands<String, String> redis() {
        return connection.sync();
    }

    RedisClient redisClient() {
        return client;
    }

    /** From here on, no lock turns a late copy away. */
    void awaitLocksExpired() {
        await().atMost(PATIENCE).until(() -> redis().keys("lock:*").isEmpty());
    }

    /** Waits until nothing moves any more, then audits every order. */
    AuditReport assertEachSettledOnce(Collection<Order> accepted) {
        system.waitUntilReady();
        awaitNoJobs();
        List<Order> all = new ArrayList<>(accepted);
        all.addAll(markers.awaitEveryReplicaDone(replicas(), PATIENCE));
        AuditReport report = Audit.of(connection, all, startStock);
        System.out.println(report);
        assertThat(report).matches(AuditReport::isClean, "is clean");
        return report;
    }

    /** Every open order has a job. If some stay, the audit tells more about them than a timeout here. */
    private void awaitNoJobs() {
        try {
            await().atMost(PATIENCE).until(() -> redis().zcard(RedisKeys.jobs(MAIN)) == 0);
        } catch (ConditionTimeoutException e) {
            System.out.println(e.getMessage());
        }
    }

    private void endLoad() {
        Load last = load;
        load = null;
        try {
            if (last != null) {
                last.finish();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            System.out.println("left over from a failed test: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        system.close();
        client.shutdown();
        if (redis != null) {
            redis.close();
        }
    }

    private RedisProcess ownRedis() {
        return Objects.requireNonNull(redis, "this Redis is somebody else's");
    }
}
