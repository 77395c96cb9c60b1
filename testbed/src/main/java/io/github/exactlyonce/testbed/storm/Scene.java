package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.load.Republisher;
import io.github.exactlyonce.testbed.proxy.RedisProxy;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.github.exactlyonce.testbed.system.Topology;
import io.lettuce.core.RedisClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.util.FileSystemUtils;

/** Everything that a fault can strike: the services, Redis, and, on a single Redis, the network between them. */
final class Scene implements AutoCloseable {

    static final int REPLICAS = 3;

    /** What random orders ask for: the last one is sold out before long, so that there are rejections as well. */
    static final Map<String, Long> STOCK =
            Map.of("001", 5_000_000L, "002", 5_000_000L, "003", 5_000_000L, "004", 1_000L);

    /** Of locks and of claims: short, so that a fault of a few seconds outlives them. */
    static final Duration LEASE = Duration.ofSeconds(2);

    /** What the network adds to an answer when it is slow. */
    static final Duration SLOW = Duration.ofMillis(30);

    private static final Duration ANSWER_LIMIT = Duration.ofMinutes(3);

    /** One replica audits while the storm rages, so that it strikes an audit as well. */
    private static final Duration AUDIT_INTERVAL = Duration.ofSeconds(5);

    /** No ledger is trimmed before it is audited. */
    private static final int LEDGER_LENGTH = 10_000_000;

    private final StormRedis redis;
    private final RedisControl control;
    private final LocalSystem system;
    private final Map<String, RedisProxy> proxies = new ConcurrentHashMap<>();

    private Scene(StormRedis redis, String run, StormOptions options) {
        this.redis = redis;
        this.control = new RedisControl(redis);
        Map<String, String> settings = new HashMap<>(redis.settings());
        settings.put("ORDERS_DURABILITY", options.durability().toString());
        settings.put("JOBS_LEASE", LEASE.toMillis() + "ms");
        settings.put("INVENTORY_LOCK_TTL", LEASE.toMillis() + "ms");
        settings.put("INVENTORY_LEDGERLENGTH", String.valueOf(LEDGER_LENGTH));
        settings.put("INVENTORY_AUDIT_INTERVAL", AUDIT_INTERVAL.toSeconds() + "s");
        RedisProcess primary = redis.primary();
        this.system = LocalSystem.launch(
                SystemPlan.forTests(run, RedisNodes.uri(primary.port()), REPLICAS, settings),
                name -> options.topology() == Topology.STANDALONE ? wayThroughProxy(name, primary.port()) : Map.of());
    }

    /** Starts everything, and waits until it is ready and stocked up. What an earlier run of this name left is gone. */
    static Scene set(StormOptions options, String run) {
        Path directory = LocalSystem.directoryOf(run);
        try {
            FileSystemUtils.deleteRecursively(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        Scene scene = new Scene(StormRedis.start(options.topology(), directory), run, options);
        try {
            scene.system.waitUntilReady();
            Inventory inventory = new Inventory(scene.system.replicas().get(0).uri());
            inventory.audit(); // begins it: what follows is replayed
            STOCK.forEach(inventory::set);
            return scene;
        } catch (RuntimeException e) {
            scene.close();
            throw e;
        }
    }

    LocalSystem system() {
        return system;
    }

    StormRedis redis() {
        return redis;
    }

    RedisControl control() {
        return control;
    }

    /** The target of a strike. */
    ServiceProcess replica(Strike strike) {
        return system.replicas().get(strike.target() - 1);
    }

    RedisProxy proxyOf(ServiceProcess service) {
        return Objects.requireNonNull(proxies.get(service.name()));
    }

    Collection<RedisProxy> proxies() {
        return proxies.values();
    }

    void replace(Strike strike, Map<String, String> environment) {
        system.replaceReplica(strike.target(), environment);
    }

    /** Asks it to end, and starts it again. It need not be ready, for Redis may be away at the same time. */
    void restart(ServiceProcess service) {
        service.stop();
        service.start();
        service.waitUntilItAnswers(ANSWER_LIMIT);
    }

    /** New replicas are started and answer; superfluous ones are asked to end. */
    void scale(int replicas) {
        for (int number = system.replicas().size(); number < replicas; number++) {
            system.addReplica();
        }
        system.replicas().forEach(replica -> replica.waitUntilItAnswers(ANSWER_LIMIT));
        if (replicas <= REPLICAS) {
            system.removeAddedReplicas();
            system.replicas().subList(replicas, REPLICAS).forEach(ServiceProcess::stop);
        }
    }

    /** Each message at once again, and at the end, when locks have expired, all of them once more. */
    Mending republish() {
        RedisClient client = RedisClient.create(RedisNodes.uri(redis.primary().port()));
        Republisher republisher = Republisher.start(client);
        return () -> {
            republisher.publishAllAgain();
            republisher.close();
            client.shutdown();
        };
    }

    @Override
    public void close() {
        system.close();
        proxies.values().forEach(RedisProxy::close);
        control.close();
        redis.close();
    }

    private Map<String, String> wayThroughProxy(String service, int redisPort) {
        RedisProxy proxy = proxies.computeIfAbsent(
                service,
                name -> RedisProxy.start(
                        redisPort,
                        List.of(RedisKeys.orderUpdates(Warehouse.MAIN), RedisKeys.jobUpdates(Warehouse.MAIN))));
        return Map.of("SPRING_DATA_REDIS_PORT", String.valueOf(proxy.port()));
    }
}
