package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A connection on which outcomes are heard, on plain channels or on sharded ones, which have a hash tag. What Redis confirmed and has
 * not taken back is heard, as long as the connection is there.
 *
 * <p>Its methods are for one thread; messages come on Lettuce's I/O thread.
 */
final class OutcomeConnection extends RedisPubSubAdapter<String, String> {

    /** If Redis has not confirmed after so long, it is asked again. */
    private static final long PATIENCE = Duration.ofSeconds(2).toNanos();

    /** The messages are ours: the first id is the order's, and has no characters that JSON escapes. */
    private static final String ID = "\"id\":\"";

    private final CompletableFuture<? extends StatefulRedisPubSubConnection<String, String>> connecting;
    private final OutcomeSubscription.Listener listener;
    private final Map<String, Warehouse> warehouses = new ConcurrentHashMap<>();
    private final Map<String, Long> askedAt = new ConcurrentHashMap<>();
    private final Set<String> heard = ConcurrentHashMap.newKeySet();

    OutcomeConnection(
            CompletableFuture<? extends StatefulRedisPubSubConnection<String, String>> connecting,
            OutcomeSubscription.Listener listener) {
        this.connecting = connecting;
        this.listener = listener;
        connecting.thenAccept(connection -> connection.addListener(this));
    }

    boolean isLost() {
        return connecting.isCompletedExceptionally()
                || connecting.isDone() && !connecting.join().isOpen();
    }

    boolean hears(String channel) {
        return heard.contains(channel);
    }

    /** Does not wait. */
    void subscribe(String channel, Warehouse warehouse) {
        long now = System.nanoTime();
        Long before = askedAt.get(channel);
        if (!connecting.isDone() || isLost() || before != null && now - before < PATIENCE) {
            return;
        }
        askedAt.put(channel, now);
        warehouses.put(channel, warehouse);
        var redis = connecting.join().async();
        RedisFuture<Void> answer = isSharded(channel) ? redis.ssubscribe(channel) : redis.subscribe(channel);
        answer.whenComplete((any, failure) -> {
            if (failure != null) { // not connected; or the slot has moved, or the node is loading
                askedAt.remove(channel);
            }
        });
    }

    /** Ends the subscriptions of all other channels. Does not wait. */
    void keepOnly(Set<String> channels) {
        for (String channel : heard) {
            if (!channels.contains(channel)) {
                forget(channel);
                var redis = connecting.join().async();
                RedisFuture<Void> ignored =
                        isSharded(channel) ? redis.sunsubscribe(channel) : redis.unsubscribe(channel);
            }
        }
    }

    /**
     * One that is lost too: it would reconnect beside the one that takes its place.
     *
     * @return true
     */
    boolean close() {
        heard.clear();
        connecting.thenAccept(StatefulRedisPubSubConnection::closeAsync);
        return true;
    }

    @Override
    public void subscribed(String channel, long count) {
        Warehouse warehouse = warehouses.get(channel);
        if (warehouse != null) {
            heard.add(channel);
            listener.subscribed(warehouse);
        }
    }

    @Override
    public void ssubscribed(String channel, long count) {
        subscribed(channel, count);
    }

    @Override
    public void message(String channel, String message) {
        Warehouse warehouse = warehouses.get(channel);
        int start = message.indexOf(ID) + ID.length();
        int end = message.indexOf('"', start);
        if (warehouse != null && start >= ID.length() && end > start) {
            listener.heard(warehouse, message.substring(start, end));
        }
    }

    @Override
    public void smessage(String channel, String message) {
        message(channel, message);
    }

    /** Redis takes a sharded channel back when its slot leaves the node. */
    @Override
    public void sunsubscribed(String channel, long count) {
        forget(channel);
    }

    private void forget(String channel) {
        heard.remove(channel);
        askedAt.remove(channel);
    }

    static boolean isSharded(String channel) {
        return channel.indexOf('{') >= 0;
    }
}
