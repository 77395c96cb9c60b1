package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisConnection;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * Reads over the connection that all requests share. What is asked before any answer is waited for goes out at once, so many reads
 * cost one round trip. No answer takes longer than {@code spring.data.redis.timeout}.
 */
@Component
final class OrderReads {

    private static final Logger log = LoggerFactory.getLogger(OrderReads.class);

    private final LettuceConnectionFactory connections;
    private final FirstConnection connection;
    private final Bulkhead bulkhead;

    OrderReads(LettuceConnectionFactory connections, FirstConnection connection, Bulkhead bulkhead) {
        this.connections = connections;
        this.connection = connection;
        this.bulkhead = bulkhead;
    }

    /**
     * For reads of one warehouse that somebody waits for; they are begun again while Redis refuses them for now.
     *
     * @throws org.springframework.dao.DataAccessException if Redis cannot be reached, is late, or too many wait for the same shard
     */
    <T> T within(Warehouse warehouse, Supplier<T> reads) {
        connection.require();
        long timeout = connections.getTimeout();
        return bulkhead.within(
                RedisKeys.jobs(warehouse),
                () -> PassingRefusals.waitOut(Duration.ofMillis(timeout), deadline -> reads.get()));
    }

    /** Does not wait. Fails with what Lettuce says. */
    <T> CompletableFuture<T> ask(Function<RedisClusterAsyncCommands<byte[], byte[]>, RedisFuture<T>> command) {
        try {
            return command.apply(commands()).toCompletableFuture();
        } catch (RuntimeException e) { // not connected, or too many commands wait
            return CompletableFuture.failedFuture(e);
        }
    }

    /** The hash {@link RedisKeys#order}, empty if there is no such order. Does not wait. */
    CompletableFuture<Map<String, String>> fields(Warehouse warehouse, String id) {
        return ask(redis -> redis.hgetall(bytes(RedisKeys.order(warehouse, id))))
                .thenApply(OrderReads::text);
    }

    /** Does not wait. */
    CompletableFuture<Optional<OrderRecord>> find(Warehouse warehouse, String id) {
        return fields(warehouse, id)
                .thenApply(fields ->
                        fields.isEmpty() ? Optional.empty() : Optional.of(OrderRecord.of(warehouse, id, fields)));
    }

    /**
     * Waits for all of them.
     *
     * @return in their order; empty for an order that is not there or that a hand has damaged
     */
    List<Optional<OrderRecord>> findAll(Warehouse warehouse, List<String> ids) {
        List<CompletableFuture<Map<String, String>>> asked =
                ids.stream().map(id -> fields(warehouse, id)).toList();
        List<Optional<OrderRecord>> found = new ArrayList<>(ids.size());
        for (int i = 0; i < ids.size(); i++) {
            found.add(readable(warehouse, ids.get(i), await(asked.get(i))));
        }
        return found;
    }

    /** @throws org.springframework.dao.DataAccessException if Redis did not answer, or with an error */
    static <T> T await(CompletableFuture<T> asked) {
        try {
            return asked.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RedisException cause) {
                throw new RedisSystemException(String.valueOf(cause.getMessage()), cause);
            }
            throw e;
        }
    }

    static Map<String, String> text(Map<byte[], byte[]> fields) {
        Map<String, String> text = new HashMap<>();
        fields.forEach((name, value) -> text.put(text(name), text(value)));
        return text;
    }

    static String text(byte[] bytes) {
        return new String(bytes, StandardCharsets.UTF_8);
    }

    static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static Optional<OrderRecord> readable(Warehouse warehouse, String id, Map<String, String> fields) {
        try {
            return fields.isEmpty() ? Optional.empty() : Optional.of(OrderRecord.of(warehouse, id, fields));
        } catch (RuntimeException e) {
            log.warn("order {} of warehouse {} is left out of a list, as it cannot be read: {}", id, warehouse, fields);
            return Optional.empty();
        }
    }

    @SuppressWarnings("unchecked")
    private RedisClusterAsyncCommands<byte[], byte[]> commands() {
        try (RedisConnection connection = connections.getConnection()) { // gives the shared one back
            return (RedisClusterAsyncCommands<byte[], byte[]>) connection.getNativeConnection();
        }
    }
}
