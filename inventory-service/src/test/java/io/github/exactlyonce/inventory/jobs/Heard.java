package io.github.exactlyonce.inventory.jobs;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** A subscriber of one channel. */
final class Heard implements AutoCloseable {

    private final RedisClient client;
    private final RedisCommands<String, String> commands;
    private final String channel;
    private final BlockingQueue<String> messages = new LinkedBlockingQueue<>();

    Heard(String redisUrl, String channel) {
        this.channel = channel;
        this.client = RedisClient.create(redisUrl);
        this.commands = client.connect().sync();
        StatefulRedisPubSubConnection<String, String> subscription = client.connectPubSub();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                messages.add(message);
            }
        });
        subscription.sync().subscribe(channel);
    }

    /** What was published since the last call: a mark follows it on the same channel, which keeps its order. */
    List<String> messages() {
        String mark = "mark " + System.nanoTime();
        commands.publish(channel, mark);
        List<String> found = new ArrayList<>();
        for (String message = next(); !message.equals(mark); message = next()) {
            found.add(message);
        }
        return found;
    }

    private String next() {
        try {
            String message = messages.poll(10, TimeUnit.SECONDS);
            if (message == null) {
                throw new AssertionError("the mark did not come back within 10 s");
            }
            return message;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
