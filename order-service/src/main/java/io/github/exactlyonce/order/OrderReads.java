package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * Reads over the connection that all requests share, without a thread that waits. What is asked at once goes out at once, so many
 * reads cost one round trip. No answer takes longer than {@code spring.data.redis.timeout}.
 */
@Component
final class OrderReads {

    private final LettuceConnectionFactory connections;

    OrderReads(LettuceConnectionFactory connections) {
        this.connections = connections;
    }

    /** Reads {@link RedisKeys#order}; fails with what Lettuce says, or with a {@link RuntimeException} if a hand has damaged it. */
    CompletableFuture<Optional<OrderRecord>> find(Warehouse warehouse, String id) {
        try {
            return commands()
                    .hgetall(bytes(RedisKeys.order(warehouse, id)))
                    .thenApply(fields -> fields.isEmpty()
                            ? Optional.<OrderRecord>empty()
                            : Optional.of(OrderRecord.of(warehouse, id, text(fields))))
                    .toCompletableFuture();
        } catch (RuntimeException e) { // not connected, or too many commands wait
            return CompletableFuture.failedFuture(e);
        }
    }

    @SuppressWarnings("unchecked")
    private RedisClusterAsyncCommands<byte[], byte[]> commands() {
        try (RedisConnection connection = connections.getConnection()) { // gives the shared one back
            return (RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
        }
    }

    private static Map<String, String> text(Map<byte[], byte[]> fields) {
        Map<String, String> text = new HashMap<>();
        fields.forEach((name, value) -> text.put(text(name), text(value)));
        return text;
    }

    private static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
