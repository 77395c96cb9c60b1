package io.github.exactlyonce.inventory.subscription;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.jobs.JobPoller;
import io.github.exactlyonce.inventory.processing.OrderLanes;
import io.github.exactlyonce.inventory.processing.OrdersProperties;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListSet;
import org.jspecify.annotations.Nullable;

/**
 * One connection to one primary, on which sharded channels are heard. It does not reconnect: {@link ShardedSubscription} opens
 * another one. What Redis confirmed and has not taken back is heard, as long as the connection is proven; when a slot leaves the node, Redis
 * takes back its channels.
 *
 * <p>Its methods are for one thread; messages come on Lettuce's I/O thread, and are only put into bounded queues.
 */
final class ShardedConnection {

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    private final String token;
    private final OrderLanes lanes;
    private final JobPoller jobs;
    private final OrdersProperties orders;
    private final CompletableFuture<StatefulRedisPubSubConnection<String, byte[]>> connecting;

    /** When Redis was asked for the channels of a warehouse, by {@link System#nanoTime()}. */
    private final Map<Warehouse, Long> asked = new ConcurrentHashMap<>();

    private final NavigableSet<Warehouse> heard = new ConcurrentSkipListSet<>();
    private final Map<String, Warehouse> orderChannels = new ConcurrentHashMap<>();
    private final Map<String, Warehouse> jobChannels = new ConcurrentHashMap<>();
    private volatile long provenAt = System.nanoTime();
    private volatile boolean closed;

    /** @param token no other connection has it */
    ShardedConnection(
            RedisClient client, RedisURI uri, String token, OrderLanes lanes, JobPoller jobs, OrdersProperties orders) {
        this.token = token;
        this.lanes = lanes;
        this.jobs = jobs;
        this.orders = orders;
        this.connecting = client.connectPubSubAsync(CODEC, uri).toCompletableFuture();
        connecting.thenAccept(connection -> connection.addListener(new Listener()));
    }

    /** Whether it is closed, or has not heard a probe for this time. */
    boolean isLost(Duration timeout) {
        boolean failed = connecting.isDone()
                && (connecting.isCompletedExceptionally() || !connecting.join().isOpen());
        return failed || System.nanoTime() - provenAt >= timeout.toNanos();
    }

    Set<Warehouse> heard() {
        return heard;
    }

    /** Does not wait. Once Redis has been asked, it is asked again if it has not confirmed after this time. */
    void subscribe(Warehouse warehouse, Duration timeout) {
        long now = System.nanoTime();
        Long before = asked.get(warehouse);
        if (!connecting.isDone()
                || connecting.isCompletedExceptionally()
                || before != null && now - before < timeout.toNanos()) {
            return;
        }
        asked.put(warehouse, now);
        String orderChannel = RedisKeys.shardedOrderUpdates(warehouse);
        String jobChannel = RedisKeys.shardedJobUpdates(warehouse);
        orderChannels.put(orderChannel, warehouse);
        jobChannels.put(jobChannel, warehouse);
        // One command for one slot. The channel of the orders is the last one: when it is confirmed, all are.
        connecting
                .join()
                .async()
                .ssubscribe(probeChannel(warehouse), jobChannel, orderChannel)
                .whenComplete((any, failure) -> {
                    if (failure != null) { // it has moved; or the node is loading, or in a minority
                        asked.remove(warehouse);
                    }
                });
    }

    /** @return the channel to which a probe has to be sent; empty if there is none to be heard on */
    String probeChannel() {
        return heard.stream().findFirst().map(this::probeChannel).orElse("");
    }

    /** @return true */
    boolean close() {
        closed = true;
        heard.clear();
        connecting.thenAccept(StatefulRedisPubSubConnection::closeAsync);
        return true;
    }

    private String probeChannel(Warehouse warehouse) {
        return RedisKeys.shardedProbe(warehouse, token);
    }

    private void forget(@Nullable Warehouse warehouse) {
        if (warehouse != null) {
            heard.remove(warehouse);
            asked.remove(warehouse);
        }
    }

    private final class Listener extends RedisPubSubAdapter<String, byte[]> {

        @Override
        public void smessage(String channel, byte[] message) {
            Warehouse warehouse = orderChannels.get(channel);
            if (closed) {
                return;
            }
            if (warehouse != null) {
                lanes.offer(warehouse, message);
            } else if (jobChannels.containsKey(channel)) {
                jobs.wake(jobChannels.get(channel), OrderSubscription.delay(message));
            } else {
                provenAt = System.nanoTime();
            }
        }

        @Override
        public void ssubscribed(String channel, long count) {
            Warehouse warehouse = orderChannels.get(channel);
            if (warehouse != null && !closed) {
                heard.add(warehouse);
                jobs.sweep(warehouse, RedisKeys.HINTED_JOBS, orders.grace());
            }
        }

        @Override
        public void sunsubscribed(String channel, long count) {
            forget(orderChannels.get(channel));
        }
    }
}
