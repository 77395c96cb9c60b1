package io.github.exactlyonce.inventory.subscription;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.jobs.JobPoller;
import io.github.exactlyonce.inventory.processing.OrderLanes;
import io.github.exactlyonce.inventory.processing.OrdersProperties;
import io.github.exactlyonce.inventory.warehouses.ServedWarehouses;
import io.lettuce.core.RedisClient;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/**
 * Hears {@code order_updates} and {@code job_updates} of all warehouses that this replica serves, and knows whether it does. A
 * subscription can fall silent without an error, so this replica regularly publishes a probe to a channel of its own,
 * {@code probe:<replica>/<nonce>}, which the same connection subscribes to. While probes come back the subscription is
 * proven; when they stop, the replica is not ready and the connection is replaced. Redis being away, at the start or later,
 * is the same case: it is tried again until it works.
 *
 * <p>Whenever a warehouse's channel is (re)subscribed, a sweep makes the orders due whose messages fell into the gap.
 *
 * <p>The listener runs on Lettuce's I/O thread and only puts the message into a bounded queue.
 */
@Component
class OrderSubscription implements SmartLifecycle {

    private static final RedisCodec<String, byte[]> CODEC = RedisCodec.of(StringCodec.UTF8, ByteArrayCodec.INSTANCE);

    /** In milliseconds, some 300 years: a number beyond it is none that we wrote. */
    private static final long LONGEST_DELAY = 10_000_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(OrderSubscription.class);

    private final InventoryProperties.Subscription properties;
    private final Replica replica;
    private final LettuceConnectionFactory connections;
    private final StringRedisTemplate redis;
    private final OrderLanes lanes;
    private final JobPoller jobs;
    private final ServedWarehouses served;
    private final OrdersProperties orders;
    private final Counter restarts;
    private final Listener listener = new Listener();

    /** What is done with a message, by its channel. */
    private final Map<String, Consumer<byte[]>> channels = new ConcurrentHashMap<>();

    private final Map<String, Warehouse> orderChannels = new ConcurrentHashMap<>();
    private final Set<Warehouse> subscribed = new HashSet<>();
    private volatile @Nullable ScheduledExecutorService monitor;
    private @Nullable StatefulRedisPubSubConnection<String, byte[]> connection;
    private volatile String probeChannel = "";
    private volatile boolean refused;
    private volatile long lastHeard;
    private volatile boolean proven;
    private boolean reportedFailure;

    OrderSubscription(
            InventoryProperties properties,
            Replica replica,
            LettuceConnectionFactory connections,
            StringRedisTemplate redis,
            OrderLanes lanes,
            JobPoller jobs,
            ServedWarehouses served,
            OrdersProperties orders,
            MeterRegistry meters) {
        this.properties = properties.subscription();
        this.replica = replica;
        this.connections = connections;
        this.redis = redis;
        this.lanes = lanes;
        this.jobs = jobs;
        this.served = served;
        this.orders = orders;
        this.restarts = Counter.builder("inventory.subscription.restarts")
                .description("Subscriptions that were replaced because probes no longer came back")
                .register(meters);
        Gauge.builder("inventory.subscription.proven", () -> isProven() ? 1 : 0)
                .description("1 while this replica is known to hear the channel, else 0")
                .register(meters);
        served.onChange(() -> {
            ScheduledExecutorService running = monitor;
            if (running != null) {
                running.execute(this::check);
            }
        });
        channels.put(RedisKeys.WAREHOUSES, name -> served.heard(new String(name, StandardCharsets.UTF_8)));
    }

    /** Whether a probe came back recently. */
    boolean isProven() {
        return proven && sinceLastHeard().compareTo(properties.probeTimeout()) < 0;
    }

    @Override
    public void start() {
        ScheduledExecutorService started =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "subscription"));
        monitor = started;
        long interval = properties.probeInterval().toMillis();
        started.scheduleWithFixedDelay(this::check, 0, interval, TimeUnit.MILLISECONDS);
    }

    @Override
    public void stop() {
        ScheduledExecutorService running = monitor;
        monitor = null;
        if (running != null) {
            running.execute(this::unsubscribe);
            running.shutdown();
            try {
                running.awaitTermination(5, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return monitor != null;
    }

    private void check() {
        try {
            if (connection != null && (refused || sinceLastHeard().compareTo(properties.probeTimeout()) >= 0)) {
                log.warn(
                        "subscription silent for {} ms: subscribing anew",
                        sinceLastHeard().toMillis());
                restarts.increment();
                unsubscribe();
            }
            if (connection == null) {
                connect();
            }
            subscribe();
            redis.convertAndSend(probeChannel, "");
            reportedFailure = false;
        } catch (Exception | Error e) { // whatever it is, the next check must come
            if (!reportedFailure) {
                log.warn(
                        "Redis cannot be reached, trying again each {} ms: {}",
                        properties.probeInterval().toMillis(),
                        NestedExceptionUtils.getMostSpecificCause(e).getMessage());
            }
            reportedFailure = true;
        }
    }

    /** A new connection each time: what went wrong with the last one is not worth finding out. */
    private void connect() {
        StatefulRedisPubSubConnection<String, byte[]> fresh =
                connections.getRequiredNativeClient() instanceof RedisClusterClient cluster
                        ? cluster.connectPubSub(CODEC)
                        : ((RedisClient) connections.getRequiredNativeClient()).connectPubSub(CODEC);
        connection = fresh;
        fresh.addListener(listener);
        refused = false;
        lastHeard = System.nanoTime(); // it has the whole timeout to prove itself
        // In a cluster a message is sent through the node that its channel hashes to, and that node may be away:
        // another name.
        probeChannel = "probe:" + replica.newOwnerToken();
        listen(List.of(probeChannel, RedisKeys.WAREHOUSES));
    }

    /** To what this replica serves by now. */
    private void subscribe() {
        List<String> fresh = new ArrayList<>();
        for (Warehouse warehouse : served.known()) {
            if (subscribed.add(warehouse)) {
                String orderChannel = RedisKeys.orderUpdates(warehouse);
                String jobChannel = RedisKeys.jobUpdates(warehouse);
                orderChannels.put(orderChannel, warehouse);
                channels.put(orderChannel, message -> lanes.offer(warehouse, message));
                channels.put(jobChannel, message -> jobs.wake(warehouse, delay(message)));
                fresh.addAll(List.of(orderChannel, jobChannel));
            }
        }
        listen(fresh);
    }

    /** Does not wait: when it has begun, {@link Listener#subscribed} is called, and a probe comes back. */
    private void listen(List<String> names) {
        if (connection != null && !names.isEmpty()) {
            connection.async().subscribe(names.toArray(String[]::new)).whenComplete((any, failure) -> {
                if (failure != null) {
                    refused = true;
                }
            });
        }
    }

    private void unsubscribe() {
        proven = false;
        subscribed.clear();
        StatefulRedisPubSubConnection<String, byte[]> old = connection;
        connection = null;
        if (old != null) {
            old.removeListener(listener);
            old.closeAsync();
        }
    }

    private Duration sinceLastHeard() {
        return Duration.ofNanos(System.nanoTime() - lastHeard);
    }

    /** Milliseconds; whatever else it says, looking once too often does no harm. */
    private static Duration delay(byte[] body) {
        long millis = 0;
        for (byte digit : body) {
            if (digit < '0' || digit > '9' || millis > LONGEST_DELAY) {
                return Duration.ZERO;
            }
            millis = 10 * millis + digit - '0';
        }
        return Duration.ofMillis(millis);
    }

    /** On Lettuce's I/O thread: must not block. */
    private final class Listener extends RedisPubSubAdapter<String, byte[]> {

        @Override
        public void message(String channel, byte[] message) {
            Consumer<byte[]> known = channels.get(channel);
            if (known != null) {
                known.accept(message);
            } else if (channel.equals(probeChannel)) {
                lastHeard = System.nanoTime();
                if (!proven) {
                    proven = true;
                    log.info("hearing {}", RedisKeys.ORDER_UPDATES);
                }
            }
        }

        @Override
        public void subscribed(String channel, long count) {
            Warehouse warehouse = orderChannels.get(channel);
            if (warehouse != null) {
                jobs.sweep(warehouse, RedisKeys.ORDER_JOBS, orders.grace());
            }
        }
    }
}
