package io.github.exactlyonce.contracts.redis;

import java.util.Optional;
import java.util.Properties;
import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.RedisConnectionFactory;

/**
 * Part of readiness: Redis answers, is 6.2 or newer, and never evicts a key. An order's record is also its dedup record;
 * were it evicted, a late copy of the message would take the stock again.
 *
 * <p>Touches no key; sends {@code INFO}.
 */
public final class RedisRequirements extends AbstractHealthIndicator {

    private static final String POLICY = "maxmemory_policy";
    private static final String VERSION = "redis_version";

    private final RedisConnectionFactory connections;

    public RedisRequirements(RedisConnectionFactory connections) {
        super("Redis could not be asked for its version and memory policy");
        this.connections = connections;
    }

    @Override
    protected void doHealthCheck(Health.Builder builder) {
        Properties info;
        try (RedisConnection connection = connections.getConnection()) {
            info = connection.serverCommands().info();
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
            if (isOlderThan6_2(version)) {
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

    private static boolean isOlderThan6_2(String version) {
        String[] parts = version.split("\\.");
        int major = Integer.parseInt(parts[0]);
        int minor = parts.length > 1 ? Integer.parseInt(parts[1]) : 0;
        return major < 6 || major == 6 && minor < 2;
    }

    private static Iterable<String> values(Properties info, String name) {
        return info.stringPropertyNames().stream()
                .filter(key -> key.equals(name) || key.endsWith("." + name))
                .map(info::getProperty)
                .distinct()
                .toList();
    }
}
