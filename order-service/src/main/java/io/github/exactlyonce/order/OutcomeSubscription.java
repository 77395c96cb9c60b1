package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Hears what becomes of orders, on {@link RedisKeys#inventoryUpdates}, of the warehouses that somebody wants to hear of: on one
 * connection, and where {@link Channels} are sharded also on one to each primary that has such a warehouse. It subscribes for the first one
 * who wants it, and ends some seconds after everybody's time is up. A few times a second meanwhile it looks whether it hears
 * what it should; a slot that has moved, a failover and a connection that was cut are one case.
 *
 * <p>What is heard is a hint: anything can be missed, without a trace.
 */
final class OutcomeSubscription {

    /** So long it goes on when nobody needs it: the next one may come at once. */
    static final Duration LINGER = Duration.ofSeconds(3);

    private static final Duration LOOK = Duration.ofMillis(200);

    /** How often a cluster is asked at the most where everything is. */
    private static final Duration REFRESH = Duration.ofSeconds(1);

    /** Among the addresses of primaries: the connection for plain channels. */
    private static final String ANYWHERE = "";

    private static final Logger log = LoggerFactory.getLogger(OutcomeSubscription.class);

    private final LettuceConnectionFactory connections;
    private final Channels channels;
    private final Listener listener;
    private final ScheduledExecutorService thread;

    /** By {@link System#nanoTime()}. */
    private final Map<Warehouse, Long> wantedUntil = new ConcurrentHashMap<>();

    /** By the address of the primary. Only the thread changes it. */
    private final Map<String, OutcomeConnection> open = new ConcurrentHashMap<>();

    private @Nullable RedisClient nodes;
    private final AtomicBoolean aboutToLook = new AtomicBoolean();
    private boolean looking;
    private boolean reportedFailure;
    private long refreshedAt = System.nanoTime() - REFRESH.toNanos();

    /** @param thread which runs what it is given in order, and drops it once it is shut down */
    OutcomeSubscription(
            LettuceConnectionFactory connections,
            Channels channels,
            Listener listener,
            ScheduledExecutorService thread) {
        this.connections = connections;
        this.channels = channels;
        this.listener = listener;
        this.thread = thread;
    }

    /** Called on a thread of Lettuce's, which must not wait. */
    interface Listener {

        /** From now on its outcomes are heard, or again: those before may have been missed. */
        void subscribed(Warehouse warehouse);

        void heard(Warehouse warehouse, String id);
    }

    /** Does not wait. */
    void want(Warehouse warehouse, Duration time) {
        long until = System.nanoTime() + time.plus(LINGER).toNanos();
        wantedUntil.merge(warehouse, until, (a, b) -> a - b > 0 ? a : b);
        if (!hears(warehouse)) {
            lookSoon();
        }
    }

    boolean hears(Warehouse warehouse) {
        String channel = channels.inventoryUpdates(warehouse);
        return open.values().stream().anyMatch(connection -> connection.hears(channel));
    }

    void close() {
        thread.execute(this::unsubscribe);
        thread.shutdown();
    }

    /** Once for all who ask meanwhile: while Redis hangs, a look takes long. */
    private void lookSoon() {
        if (aboutToLook.compareAndSet(false, true)) {
            thread.execute(() -> {
                aboutToLook.set(false);
                look();
            });
        }
    }

    private void look() {
        try {
            long now = System.nanoTime();
            wantedUntil.values().removeIf(until -> until - now < 0);
            if (wantedUntil.isEmpty()) {
                unsubscribe();
            } else {
                hearAll();
            }
            reportedFailure = false;
        } catch (RuntimeException e) {
            if (!reportedFailure) {
                log.warn("outcomes cannot be heard, so whoever waits for one waits to the end: {}", e.getMessage());
            }
            reportedFailure = true;
        }
        if (!looking && !wantedUntil.isEmpty()) {
            looking = true;
            thread.schedule(this::lookAgain, LOOK.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    private void lookAgain() {
        looking = false;
        look();
    }

    private void hearAll() {
        Map<String, Warehouse> wanted = new HashMap<>();
        for (Warehouse warehouse : wantedUntil.keySet()) {
            wanted.put(RedisKeys.inventoryUpdates(warehouse), warehouse);
            wanted.put(channels.inventoryUpdates(warehouse), warehouse);
        }
        open.values().removeIf(connection -> connection.isLost() && connection.close());
        open.values().forEach(connection -> connection.keepOnly(wanted.keySet()));
        boolean missing = false;
        for (Map.Entry<String, Warehouse> entry : wanted.entrySet()) {
            String channel = entry.getKey();
            if (open.values().stream().noneMatch(connection -> connection.hears(channel))) {
                missing |= OutcomeConnection.isSharded(channel);
                subscribe(channel, entry.getValue());
            }
        }
        if (missing && System.nanoTime() - refreshedAt > REFRESH.toNanos()) {
            refreshedAt = System.nanoTime();
            ((RedisClusterClient) connections.getRequiredNativeClient()).refreshPartitionsAsync();
        }
    }

    private void subscribe(String channel, Warehouse warehouse) {
        AbstractRedisClient client = connections.getRequiredNativeClient();
        if (!OutcomeConnection.isSharded(channel)) {
            open.computeIfAbsent(ANYWHERE, any -> new OutcomeConnection(anywhere(client), listener))
                    .subscribe(channel, warehouse);
            return;
        }
        RedisClusterClient cluster = (RedisClusterClient) client;
        RedisClusterNode primary = cluster.getPartitions().getPartitionBySlot(SlotHash.getSlot(channel));
        if (primary != null) {
            RedisURI uri = primary.getUri();
            open.computeIfAbsent(
                            uri.getHost() + ":" + uri.getPort(),
                            any -> new OutcomeConnection(
                                    nodes(cluster)
                                            .connectPubSubAsync(StringCodec.UTF8, uri)
                                            .toCompletableFuture(),
                                    listener))
                    .subscribe(channel, warehouse);
        }
    }

    /** Waits for the connection. */
    private static CompletableFuture<StatefulRedisPubSubConnection<String, String>> anywhere(
            AbstractRedisClient client) {
        return CompletableFuture.completedFuture(
                client instanceof RedisClusterClient cluster
                        ? cluster.connectPubSub(StringCodec.UTF8)
                        : ((RedisClient) client).connectPubSub(StringCodec.UTF8));
    }

    /** For connections to single nodes, which do not reconnect: the node may no longer be the one. */
    private RedisClient nodes(RedisClusterClient cluster) {
        RedisClient made = nodes;
        if (made == null) {
            made = RedisClient.create(cluster.getResources());
            made.setOptions(connections
                    .getClientConfiguration()
                    .getClientOptions()
                    .filter(ClusterClientOptions.class::isInstance)
                    .map(ClusterClientOptions.class::cast)
                    .orElseGet(ClusterClientOptions::create)
                    .mutate()
                    .autoReconnect(false)
                    .build());
            nodes = made;
        }
        return made;
    }

    private void unsubscribe() {
        open.values().forEach(OutcomeConnection::close);
        open.clear();
        RedisClient made = nodes;
        nodes = null;
        if (made != null) {
            made.shutdownAsync();
        }
    }
}
