package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Messages about orders whose locks somebody holds for good: whoever hears one asks at the gate, and does nothing more. */
final class LockedCopies implements AutoCloseable {

    private static final int ORDERS_EACH = 50;
    private static final int AT_ONCE = 500;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final RedisClusterClient client;
    private final StatefulRedisClusterConnection<String, String> connection;
    private final List<Warehouse> warehouses;
    private int next;

    LockedCopies(RedisURI cluster, List<Warehouse> warehouses) {
        this.client = RedisClusterClient.create(cluster);
        this.connection = client.connect();
        this.warehouses = warehouses;
        for (Warehouse warehouse : warehouses) {
            for (int i = 0; i < ORDERS_EACH; i++) {
                connection.sync().set(RedisKeys.lock(warehouse, id(i)), "somebody");
            }
        }
    }

    /** @return how many were published */
    int publish(int rate, Duration time) throws InterruptedException {
        int published = 0;
        long start = System.nanoTime();
        for (long now = start; now - start < time.toNanos(); now = System.nanoTime()) {
            long due = start + TimeUnit.SECONDS.toNanos(1) / rate * published;
            TimeUnit.NANOSECONDS.sleep(due - now);
            publish();
            published++;
        }
        return published;
    }

    /** As fast as they go. @return how many were published */
    int publishAtOnce() {
        RedisFuture<?>[] sent = new RedisFuture<?>[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) {
            sent[i] = publish();
        }
        if (!LettuceFutures.awaitAll(LIMIT, sent)) {
            throw new ScalingException("Redis does not answer within " + LIMIT.toSeconds() + " s.");
        }
        return AT_ONCE;
    }

    private RedisFuture<Long> publish() {
        int number = next++;
        Warehouse warehouse = warehouses.get(number % warehouses.size());
        String id = id(number / warehouses.size() % ORDERS_EACH);
        String message = "{\"eventType\":\"OrderPlaced\",\"schemaVersion\":1,\"id\":\"" + id + "\",\"orderId\":\"" + id
                + "\",\"items\":[{\"id\":\"001\",\"quantity\":1}],\"placedAt\":\"2026-01-01T00:00:00.000Z\"}";
        return connection.async().spublish(RedisKeys.shardedOrderUpdates(warehouse), message);
    }

    private static String id(int number) {
        return "locked-" + number;
    }

    @Override
    public void close() {
        connection.close();
        client.shutdown();
    }
}
