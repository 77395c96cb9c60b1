package io.github.exactlyonce.testbed.system;

import io.lettuce.core.ClientOptions;
import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.Delay;
import io.lettuce.core.sentinel.api.StatefulRedisSentinelConnection;
import io.lettuce.core.sentinel.api.sync.RedisSentinelCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;

/**
 * Connections to single Redis processes on this machine, by their ports, past whatever makes them one; each is kept and comes
 * back by itself.
 */
public final class RedisNodes implements AutoCloseable {

    /** Longer than the longest {@code CLIENT PAUSE}. */
    private static final Duration TIMEOUT = Duration.ofSeconds(6);

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Duration RECONNECT = Duration.ofMillis(100);

    private final ClientResources resources =
            ClientResources.builder().reconnectDelay(Delay.constant(RECONNECT)).build();
    private final RedisClient client = RedisClient.create(resources);
    private final Map<Integer, StatefulRedisConnection<String, String>> connections = new ConcurrentHashMap<>();
    private final Map<Integer, StatefulRedisSentinelConnection<String, String>> sentinels = new ConcurrentHashMap<>();

    public RedisNodes() {
        client.setOptions(ClientOptions.builder()
                .disconnectedBehavior(
                        DisconnectedBehavior.REJECT_COMMANDS) // rather than wait for who may never come back
                .build());
    }

    public static RedisURI uri(int port) {
        RedisURI uri = RedisURI.create("127.0.0.1", port);
        uri.setTimeout(TIMEOUT);
        return uri;
    }

    public StatefulRedisConnection<String, String> connection(int port) {
        return connections.computeIfAbsent(port, node -> client.connect(uri(node)));
    }

    public RedisCommands<String, String> commands(int port) {
        return connection(port).sync();
    }

    public RedisSentinelCommands<String, String> sentinel(int port) {
        return sentinels
                .computeIfAbsent(port, sentinel -> client.connectSentinel(uri(sentinel)))
                .sync();
    }

    /** Until it is a replica that has what its primary has. */
    public void awaitReplica(int port) {
        await("the replica on " + port + " has caught up", () -> {
            String info = commands(port).info("replication");
            return info.contains("role:slave") && info.contains("master_link_status:up");
        });
    }

    /** Until all of them know each other, the primary of this name and so many replicas of it. */
    public void awaitSentinels(String name, List<Integer> ports, int replicas) {
        await(
                "the sentinels know of all",
                () -> ports.stream()
                        .map(port -> sentinel(port).master(name))
                        .allMatch(primary -> primary.get("num-slaves").equals(String.valueOf(replicas))
                                && primary.get("num-other-sentinels").equals(String.valueOf(ports.size() - 1))));
    }

    /** @throws IllegalStateException if it does not come true in time */
    public void await(String what, BooleanSupplier condition) {
        boolean cameTrue = Polling.until(LIMIT, () -> {
            try {
                return condition.getAsBoolean();
            } catch (RedisException | IllegalStateException e) {
                return false; // not yet
            }
        });
        if (!cameTrue) {
            throw new IllegalStateException("not within %d s: %s".formatted(LIMIT.toSeconds(), what));
        }
    }

    @Override
    public void close() {
        client.shutdown();
        resources.shutdown();
    }
}
