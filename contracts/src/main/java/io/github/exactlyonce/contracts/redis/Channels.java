package io.github.exactlyonce.contracts.redis;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.async.RedisAdvancedClusterAsyncCommands;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisClusterConnection;
import org.springframework.data.redis.connection.convert.Converters;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * On which channel something is published. A cluster sends a {@code PUBLISH} to all of its nodes, so that each further shard costs
 * all others more; an {@code SPUBLISH}, which Redis has from 7.0, stays on its shard. So in a cluster where each node has it, the
 * channels of a warehouse are sharded ones, and have its hash tag: they are where its keys are, and scripts can use them. Those
 * of {@link Warehouse#MAIN} are plain ones always, for whoever else knows them by their names.
 *
 * <p>Until the nodes have said what they are, and again when they say otherwise, it is the plain ones. Subscribers hear both, so the
 * two services need not be of one mind at any time, and what is missed in between is a hint.
 *
 * <p>Touches no key; sends {@code INFO} to each node, some times a minute.
 */
public final class Channels {

    private static final Duration ASK_AGAIN = Duration.ofSeconds(10);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(2);
    private static final Logger log = LoggerFactory.getLogger(Channels.class);

    private final LettuceConnectionFactory connections;
    private final AtomicBoolean asking = new AtomicBoolean();
    private volatile long askedAt = System.nanoTime() - ASK_AGAIN.toNanos();
    private volatile boolean sharded;

    Channels(LettuceConnectionFactory connections) {
        this.connections = connections;
    }

    public String orderUpdates(Warehouse warehouse) {
        return isSharded(warehouse) ? RedisKeys.shardedOrderUpdates(warehouse) : RedisKeys.orderUpdates(warehouse);
    }

    public String inventoryUpdates(Warehouse warehouse) {
        return isSharded(warehouse)
                ? RedisKeys.shardedInventoryUpdates(warehouse)
                : RedisKeys.inventoryUpdates(warehouse);
    }

    public String jobUpdates(Warehouse warehouse) {
        return isSharded(warehouse) ? RedisKeys.shardedJobUpdates(warehouse) : RedisKeys.jobUpdates(warehouse);
    }

    /** @param channel one that this has named */
    public static RedisFuture<Long> publish(
            RedisClusterAsyncCommands<String, String> redis, String channel, String message) {
        return channel.contains("{") ? redis.spublish(channel, message) : redis.publish(channel, message);
    }

    /** Does not wait for an answer. */
    public boolean isSharded(Warehouse warehouse) {
        if (warehouse.isMain()) {
            return false;
        }
        if (System.nanoTime() - askedAt > ASK_AGAIN.toNanos() && asking.compareAndSet(false, true)) {
            ask();
        }
        return sharded;
    }

    private void ask() {
        askedAt = System.nanoTime();
        try {
            if (connections.getRequiredNativeClient() instanceof RedisClusterClient) {
                Collection<CompletableFuture<String>> asked = askAll();
                CompletableFuture.allOf(asked.toArray(CompletableFuture<?>[]::new))
                        .orTimeout(ANSWER_LIMIT.toMillis(), TimeUnit.MILLISECONDS)
                        .whenComplete((all, failure) -> decide(asked));
            }
        } catch (RuntimeException e) { // not reached yet
            log.debug("the nodes could not be asked for their versions", e);
        } finally {
            asking.set(false);
        }
    }

    @SuppressWarnings("unchecked")
    private Collection<CompletableFuture<String>> askAll() {
        try (RedisClusterConnection connection = connections.getClusterConnection()) {
            return ((RedisAdvancedClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection())
                    .all()
                    .commands()
                    .info("server")
                    .asMap()
                    .values();
        }
    }

    /** Of nodes that do not answer, none is published on either. */
    private void decide(Collection<CompletableFuture<String>> asked) {
        List<String> versions = asked.stream()
                .filter(answer -> answer.isDone() && !answer.isCompletedExceptionally())
                .map(answer -> Converters.toProperties(answer.join()).getProperty("redis_version", "0"))
                .toList();
        if (!versions.isEmpty()) {
            boolean all = versions.stream().noneMatch(version -> RedisRequirements.isOlder(version, 7, 0));
            if (all != sharded) {
                log.info("channels of warehouses are {}: nodes are {}", all ? "sharded" : "plain", versions);
            }
            sharded = all;
        }
    }
}
