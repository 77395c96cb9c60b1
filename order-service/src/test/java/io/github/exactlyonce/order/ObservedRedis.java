package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a test sees of a Redis beside the service: its keys, and the messages on the order channel. */
final class ObservedRedis implements AutoCloseable {

    private final RedisClient client;
    private final RedisCommands<String, String> commands;
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

    ObservedRedis(String url) {
        client = RedisClient.create(url);
        commands = client.connect().sync();
        StatefulRedisPubSubConnection<String, String> subscription = client.connectPubSub();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                messages.add(message);
            }
        });
        subscription.sync().subscribe(RedisKeys.ORDER_UPDATES);
    }

    RedisCommands<String, String> commands() {
        return commands;
    }

    /** Everything published before this call: a mark follows it on the same channel, which keeps its order. */
    List<OrderMessage> messagesOf(String orderId) throws InterruptedException {
        String mark = "mark " + System.nanoTime();
        commands.publish(RedisKeys.ORDER_UPDATES, mark);
        List<OrderMessage> found = new ArrayList<>();
        String message = next();
        while (!message.equals(mark)) {
            OrderMessage order =
                    OrderMessage.parse(message.getBytes(StandardCharsets.UTF_8)).orElseThrow();
            if (order.id().equals(orderId)) {
                found.add(order);
            }
            message = next();
        }
        return found;
    }

    private String next() throws InterruptedException {
        String message = messages.poll(10, TimeUnit.SECONDS);
        if (message == null) {
            throw new AssertionError("the mark did not come back within 10 s");
        }
        return message;
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
