package io.github.exactlyonce.testbed.load;

import io.github.exactlyonce.contracts.OrderEvent;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.system.Polling;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes every message about orders again at once, and once more when asked. It leaves the copies that it hears alone. */
public final class Republisher implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofMinutes(1);

    private final StatefulRedisPubSubConnection<String, String> subscription;
    private final StatefulRedisConnection<String, String> publisher;
    private final Set<String> messages = ConcurrentHashMap.newKeySet();
    private final AtomicInteger published = new AtomicInteger();

    private Republisher(RedisClient client) {
        this.subscription = client.connectPubSub();
        this.publisher = client.connect();
    }

    public static Republisher start(RedisClient client) {
        Republisher republisher = new Republisher(client);
        republisher.subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                republisher.heard(message);
            }
        });
        republisher.subscription.sync().subscribe(RedisKeys.orderUpdates(Warehouse.MAIN));
        return republisher;
    }

    /** @throws IllegalStateException if they are not published within a minute */
    public void awaitCopies(int count) {
        if (!Polling.until(LIMIT, () -> published.get() >= count)) {
            throw new IllegalStateException("only " + published + " of " + count + " copies were published");
        }
    }

    /** And waits until all are out. */
    public void publishAllAgain() {
        RedisFuture<?>[] copies = messages.stream().map(this::publish).toArray(RedisFuture[]::new);
        if (!LettuceFutures.awaitAll(LIMIT, copies)) {
            throw new IllegalStateException("not all of " + copies.length + " copies were published");
        }
    }

    private void heard(String message) {
        OrderEvent.parse(Warehouse.MAIN, message.getBytes(StandardCharsets.UTF_8))
                .filter(event -> messages.add(message))
                .ifPresent(event -> publish(message));
    }

    private RedisFuture<Long> publish(String message) {
        RedisFuture<Long> copy = publisher.async().publish(RedisKeys.orderUpdates(Warehouse.MAIN), message);
        copy.thenRun(published::incrementAndGet);
        return copy;
    }

    @Override
    public void close() {
        subscription.close();
        publisher.close();
    }
}
