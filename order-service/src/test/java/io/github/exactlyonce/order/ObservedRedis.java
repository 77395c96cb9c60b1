package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.api.AsyncApi;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a test sees of a Redis beside the service: its keys, its clock, and the messages on the service's channels. */
final class ObservedRedis implements AutoCloseable {

    static final Warehouse BERLIN = new Warehouse("berlin");

    /** Which every message of a test is held against. */
    static final AsyncApi MESSAGES = new AsyncApi();

    private final RedisClient client;
    private final RedisCommands<String, String> commands;
    private final Map<String, BlockingQueue<String>> messages = Map.of(
            RedisKeys.orderUpdates(MAIN),
            new LinkedBlockingQueue<>(),
            RedisKeys.jobUpdates(MAIN),
            new LinkedBlockingQueue<>(),
            RedisKeys.orderUpdates(BERLIN),
            new LinkedBlockingQueue<>(),
            RedisKeys.WAREHOUSES,
            new LinkedBlockingQueue<>());

    ObservedRedis(String url) {
        client = RedisClient.create(url);
        commands = client.connect().sync();
        StatefulRedisPubSubConnection<String, String> subscription = client.connectPubSub();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                messages.get(channel).add(message);
            }
        });
        subscription.sync().subscribe(messages.keySet().toArray(String[]::new));
    }

    RedisCommands<String, String> commands() {
        return commands;
    }

    /** The clock that decides. */
    Instant clock() {
        List<String> secondsAndMicros = commands.time();
        return Instant.ofEpochSecond(Long.parseLong(secondsAndMicros.get(0)))
                .plus(Long.parseLong(secondsAndMicros.get(1)), ChronoUnit.MICROS);
    }

    List<OrderMessage> messagesOf(String orderId) throws InterruptedException {
        return heardOn(RedisKeys.orderUpdates(MAIN)).stream()
                .map(message -> message.getBytes(StandardCharsets.UTF_8))
                .flatMap(message -> OrderMessage.parse(Warehouse.MAIN, message).stream())
                .filter(order -> order.id().equals(orderId))
                .toList();
    }

    /**
     * Everything published between the last call and this one: a mark follows it on the same channel, which keeps its
     * order.
     */
    List<String> heardOn(String channel) throws InterruptedException {
        String mark = "mark " + System.nanoTime();
        commands.publish(channel, mark);
        List<String> found = new ArrayList<>();
        String message = next(channel);
        while (!message.equals(mark)) {
            found.add(message);
            message = next(channel);
        }
        found.forEach(each -> MESSAGES.check(channel, each));
        return found;
    }

    private String next(String channel) throws InterruptedException {
        String message = messages.get(channel).poll(10, TimeUnit.SECONDS);
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
