package io.github.exactlyonce.contracts;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.api.AsyncApi;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** {@code place-order.lua} on a Redis of its own, and what is published there on its two channels, each message as it is documented. */
final class PlaceOrderScript implements AutoCloseable {

    static final long GRACE_MILLIS = 2000;
    static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

    private static final AsyncApi API = new AsyncApi();

    private final RedisProcess process = RedisProcess.start();
    private final RedisClient client = RedisClient.create(process.url());
    private final RedisCommands<String, String> redis = client.connect().sync();
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private final String body = LuaScript.returningList("place-order.lua").body();

    PlaceOrderScript() {
        StatefulRedisPubSubConnection<String, String> subscription = client.connectPubSub();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                heard.add(channel + " " + message);
            }
        });
        subscription.sync().subscribe(RedisKeys.orderUpdates(MAIN), RedisKeys.jobUpdates(MAIN));
    }

    RedisCommands<String, String> redis() {
        return redis;
    }

    String body() {
        return body;
    }

    /** @param more items, orderId, scheduledFor and, if it is traced, traceparent; a release needs none of them */
    List<Object> run(String mode, String id, String... more) {
        List<String> arguments = new ArrayList<>(List.of(
                mode, id, String.valueOf(GRACE_MILLIS), RedisKeys.orderUpdates(MAIN), RedisKeys.jobUpdates(MAIN)));
        arguments.addAll(List.of(more));
        String[] keys = {RedisKeys.order(MAIN, id), RedisKeys.jobs(MAIN)};
        return redis.eval(body, ScriptOutputType.MULTI, keys, arguments.toArray(String[]::new));
    }

    /** The score of an order's job; null if it has none. */
    Double dueAt(String id) {
        return redis.zscore(RedisKeys.jobs(MAIN), RedisKeys.orderJob(id));
    }

    /** Everything published since the last call, as {@code <channel> <message>}: a mark follows it, and order is kept. */
    List<String> heard() throws InterruptedException {
        String mark = "mark " + System.nanoTime();
        redis.publish(RedisKeys.orderUpdates(MAIN), mark);
        List<String> found = new ArrayList<>();
        String next = heard.poll(10, TimeUnit.SECONDS);
        while (next != null && !next.endsWith(mark)) {
            found.add(next);
            next = heard.poll(10, TimeUnit.SECONDS);
        }
        if (next == null) {
            throw new AssertionError("the mark did not come back within 10 s");
        }
        found.stream().map(each -> each.split(" ", 2)).forEach(parts -> API.check(parts[0], parts[1]));
        return found;
    }

    @Override
    public void close() {
        client.shutdown();
        process.close();
    }
}
