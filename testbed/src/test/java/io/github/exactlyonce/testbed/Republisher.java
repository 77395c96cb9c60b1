package io.github.exactlyonce.testbed;

import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** Publishes every order message twice more. It hears its own copies too, and leaves them alone. */
final class Republisher implements AutoCloseable {

    private static final int COPIES = 2;

    private final StatefulRedisPubSubConnection<String, String> subscription;
    private final StatefulRedisConnection<String, String> publisher;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final AtomicInteger published = new AtomicInteger();

    private Republisher(RedisClient client) {
        this.subscription = client.connectPubSub();
        this.publisher = client.connect();
    }

    static Republisher start(RedisClient client) {
        Republisher republisher = new Republisher(client);
        republisher.subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                republisher.heard(message);
            }
        });
        republisher.subscription.sync().subscribe(RedisKeys.ORDER_UPDATES);
        return republisher;
    }

    void awaitCopiesOf(int orders) {
        await().atMost(TestSystem.PATIENCE).until(() -> published.get() >= orders * COPIES);
    }

    private void heard(String message) {
        OrderMessage.parse(message.getBytes(StandardCharsets.UTF_8))
                .filter(order -> seen.add(order.id()))
                .ifPresent(order -> {
                    for (int i = 0; i < COPIES; i++) {
                        publisher
                                .async()
                                .publish(RedisKeys.ORDER_UPDATES, message)
                                .thenRun(published::incrementAndGet);
                    }
                });
    }

    @Override
    public void close() {
        subscription.close();
        publisher.close();
    }
}
