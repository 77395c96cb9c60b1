package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.RedisConnectionFailureException;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.convert.Converters;

/**
 * Part of readiness: Redis answers, is 6.2 or newer, never evicts a key, and can say what is on its disk if somebody
 * relies on that. An order's record is also its dedup record;
 * were it evicted, a late copy of the message would take the stock again.
 *
 * <p>In a cluster each node is asked, and it is enough that one primary answers: that a shard is down is no reason to
 * take no orders for the others.
 *
 * <p>Touches no key; sends {@code INFO}.
 */
public final class RedisRequirements extends AbstractHealthIndicator {

    private static final String POLICY = "maxmemory_policy";
    private static final String VERSION = "redis_version";
    private static final String APPEND_ONLY = "aof_enabled";

    /** Whoever probes readiness does not wait much longer. */
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);

    /** So long for the others, when a primary has answered: one that is away is waited for at each probe. */
    private static final Duration SOON = Duration.ofMillis(200);

    private final RedisConnectionFactory connections;
    private final boolean disk;

    public RedisRequirements(RedisConnectionFactory connections) {
        this(connections, false);
    }

    /** @param disk whether Redis must be able to say what has reached its disk, with {@code WAITAOF} */
    public RedisRequirements(RedisConnectionFactory connections, boolean disk) {
        super("Redis could not be asked for its version and memory policy");
        this.connections = connections;
        this.disk = disk;
    }

    /**
     * Asks Redis now.
     *
     * @return why it cannot say what has reached its disk, in words, if it cannot
     * @throws DataAccessException if it cannot be asked
     */
    public Optional<String> problemWithDisk() {
        return problemWithDisk(info());
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Properties info;
        try {
            info = info();
        } catch (DataAccessException e) {
            // Not down(e): the probe comes every few seconds, and each would log a stack trace.
            builder.down()
                    .withDetail(
                            "reason",
                            "Redis cannot be reached: "
                                    + NestedExceptionUtils.getMostSpecificCause(e)
                                            .getMessage());
            return;
        }
        problemWith(info)
                .or(() -> disk ? problemWithDisk(info) : Optional.empty())
                .ifPresentOrElse(
                        problem -> builder.down().withDetail("reason", problem),
                        () -> builder.up().withDetail("version", String.join(", ", values(info, VERSION))));
    }

    /**
     * @param info the answer to {@code INFO}; of a cluster, with each name prefixed by its node
     * @return what has to be changed, in words, if anything
     */
    static Optional<String> problemWith(Properties info) {
        for (String version : values(info, VERSION)) {
            if (isOlder(version, 6, 2)) {
                return Optional.of("Redis " + version + " is too old: 6.2 or newer is needed");
            }
        }
        for (String policy : values(info, POLICY)) {
            if (!policy.equals("noeviction")) {
                return Optional.of(
                        "maxmemory-policy is " + policy + ": Redis may evict the record that keeps an order from"
                                + " being settled twice. Set it to noeviction");
            }
        }
        return Optional.empty();
    }

    /** Of a cluster all nodes, the replicas too: each may become a primary. */
    static Optional<String> problemWithDisk(Properties info) {
        for (String version : values(info, VERSION)) {
            if (isOlder(version, 7, 2)) {
                return Optional.of("Redis " + version
                        + " cannot say what has reached its disk: 7.2 or newer, or Valkey, is needed");
            }
        }
        for (String enabled : values(info, APPEND_ONLY)) {
            if (!enabled.equals("1")) {
                return Optional.of("Redis keeps no append-only file: set appendonly to yes");
            }
        }
        return Optional.empty();
    }

    private Properties info() {
        try (RedisConnection connection = connections.getConnection()) {
            return connection instanceof RedisClusterConnection cluster
                    ? infoOfNodes(cluster)
                    : connection.serverCommands().info();
        }
    }

    /**
     * Asks all nodes at once. Spring's own INFO of a cluster fails if one node does not answer.
     *
     * @throws DataAccessException if no primary answers in time
     */
    @SuppressWarnings("unchecked")
    private static Properties infoOfNodes(RedisClusterConnection cluster) {
        Map<RedisClusterNode, CompletableFuture<String>> asked = ((RedisAdvancedClusterAsyncCommands<byte[], byte[]>)
                        cluster.getNativeConnection())
                .all()
                .commands()
                .info()
                .asMap();
        CompletableFuture<?> all = CompletableFuture.allOf(asked.values().toArray(CompletableFuture<?>[]::new));
        Throwable failure = await(all, SOON);
        Properties info = known(asked);
        if (info.isEmpty()) {
            failure = await(all, ANSWER_LIMIT.minus(SOON));
            info = known(asked);
        }
        if (info.isEmpty()) {
            throw new RedisConnectionFailureException("no primary of the cluster answers", failure);
        }
        return info;
    }

    /** @return why not all is done by then */
    private static @Nullable Throwable await(CompletableFuture<?> all, Duration limit) {
        try {
            all.get(limit.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return e;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return null;
    }

    /** @return nothing as long as no primary has answered */
    private static Properties known(Map<RedisClusterNode, CompletableFuture<String>> asked) {
        Properties all = new Properties();
        boolean primary = false;
        for (var answer : asked.entrySet()) {
            if (answer.getValue().isDone() && !answer.getValue().isCompletedExceptionally()) {
                Properties info = Converters.toProperties(answer.getValue().join());
                primary |= "master".equals(info.getProperty("role"));
                info.forEach((name, value) -> all.put(answer.getKey().getNodeId() + "." + name, value));
            }
        }
        return primary ? all : new Properties();
    }

    static boolean isOlder(String version, int thanMajor, int thanMinor) {
        String[] parts = version.split("\\.");
        int major = Integer.parseInt(parts[0]);
        int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        return major < thanMajor || major == thanMajor && minor < thanMinor;
    }

    private static Iterable<String> values(Properties info, String name) {
        return info.stringPropertyNames().stream()
                .filter(key -> key.equals(name) || key.endsWith("." + name))
                .map(info::getProperty)
                .distinct()
                .toList();
    }
}
