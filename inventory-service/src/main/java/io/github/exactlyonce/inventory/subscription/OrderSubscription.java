package io.github.exactlyonce.inventory.subscription;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.jobs.JobPoller;
import io.github.exactlyonce.inventory.processing.OrderLanes;
import io.github.exactlyonce.inventory.processing.OrdersProperties;
import io.github.exactlyonce.inventory.warehouses.ServedWarehouses;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.data.redis.connection.Message;
import org.springframework.data.redis.connection.MessageListener;
import org.springframework.data.redis.connection.RedisConnectionFactory;
import org.springframework.data.redis.connection.SubscriptionListener;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.stereotype.Component;
import org.springframework.util.backoff.BackOff;
import org.springframework.util.backoff.FixedBackOff;

/**
 * Hears {@code order_updates} and {@code job_updates} of all warehouses that this replica serves, and knows whether it does. A
 * subscription can fall silent without an error, so this replica regularly publishes a probe to a channel of its own,
 * {@code probe:<replica>/<nonce>}, which the same connection subscribes to. While probes come back the subscription is
 * proven; when they stop, the replica is not ready and the subscription is replaced. Redis being away, at the start or later,
 * is the same case: it is tried again until it works.
 *
 * <p>When there are more warehouses, the subscription is replaced too, the new one before the old one ends. A message that
 * both hear is a copy, of which there may be any number.
 *
 * <p>Whenever a warehouse's channel is (re)subscribed, a sweep makes the orders due whose messages fell into the gap.
 *
 * <p>The listeners run on Lettuce's I/O thread and only put the message into a bounded queue.
 */
@Component
class OrderSubscription extends Watcher {

    /** The container would try again inside start(), each time deeper on the stack; the next check does it. */
    private static final BackOff ONE_TRY = new FixedBackOff(0, 0);

    /** In milliseconds, some 300 years: a number beyond it is none that we wrote. */
    private static final long LONGEST_DELAY = 10_000_000_000_000L;

    private static final Logger log = LoggerFactory.getLogger(OrderSubscription.class);

    private final InventoryProperties.Subscription properties;
    private final Replica replica;
    private final RedisConnectionFactory connections;
    private final StringRedisTemplate redis;
    private final OrderLanes lanes;
    private final JobPoller jobs;
    private final ServedWarehouses served;
    private final OrdersProperties orders;
    private final Counter restarts;

    private @Nullable RedisMessageListenerContainer container;
    private Set<Warehouse> heard = Set.of();
    private String probeChannel = "";
    private volatile long lastHeard;
    private volatile boolean proven;
    private boolean reportedFailure;

    OrderSubscription(
            InventoryProperties properties,
            Replica replica,
            RedisConnectionFactory connections,
            StringRedisTemplate redis,
            OrderLanes lanes,
            JobPoller jobs,
            ServedWarehouses served,
            OrdersProperties orders,
            MeterRegistry meters) {
        super("subscription", properties.subscription().probeInterval());
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
        served.onChange(this::checkSoon);
    }

    /** Whether a probe came back recently. */
    boolean isProven() {
        return proven && sinceLastHeard().compareTo(properties.probeTimeout()) < 0;
    }

    @Override
    void check() {
        try {
            if (container != null && sinceLastHeard().compareTo(properties.probeTimeout()) >= 0) {
                log.warn(
                        "subscription silent for {} ms: subscribing anew",
                        sinceLastHeard().toMillis());
                restarts.increment();
                unsubscribe();
            }
            if (container == null || !heard.equals(served.known())) {
                subscribe(served.known());
            }
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

    /**
     * A new container each time: one that failed halfway is not worth repairing, and for the confirmation of a channel that is
     * added later it would wait without a limit.
     */
    private void subscribe(Set<Warehouse> warehouses) {
        // In a cluster a message is sent through the node that its channel hashes to, and that node may be away:
        // another name.
        String probes = "probe:" + replica.newOwnerToken();
        RedisMessageListenerContainer fresh = new RedisMessageListenerContainer();
        fresh.setConnectionFactory(connections);
        fresh.setTaskExecutor(Runnable::run);
        fresh.setRecoveryBackoff(ONE_TRY);
        fresh.setMaxSubscriptionRegistrationWaitingTime(
                properties.probeTimeout().toMillis());
        fresh.addMessageListener((message, pattern) -> heardProbe(), new ChannelTopic(probes));
        fresh.addMessageListener(
                (message, pattern) -> served.heard(new String(message.getBody(), StandardCharsets.UTF_8)),
                new ChannelTopic(RedisKeys.WAREHOUSES));
        for (Warehouse warehouse : warehouses) {
            fresh.addMessageListener(
                    new Orders(warehouse, heard.contains(warehouse)),
                    new ChannelTopic(RedisKeys.orderUpdates(warehouse)));
            fresh.addMessageListener(
                    (message, pattern) -> jobs.wake(warehouse, delay(message.getBody())),
                    new ChannelTopic(RedisKeys.jobUpdates(warehouse)));
        }
        fresh.afterPropertiesSet();
        try {
            fresh.start();
        } catch (RuntimeException e) {
            destroy(fresh);
            throw e;
        }
        lastHeard = System.nanoTime(); // it has the whole timeout to prove itself
        RedisMessageListenerContainer old = container;
        container = fresh;
        heard = warehouses;
        probeChannel = probes;
        if (old != null) {
            destroy(old);
        }
    }

    @Override
    void unsubscribe() {
        proven = false;
        heard = Set.of();
        RedisMessageListenerContainer old = container;
        container = null;
        if (old != null) {
            destroy(old);
        }
    }

    private static void destroy(RedisMessageListenerContainer container) {
        try {
            container.destroy();
        } catch (Exception e) {
            log.debug("closing a subscription failed", e);
        }
    }

    private void heardProbe() {
        lastHeard = System.nanoTime();
        if (!proven) {
            proven = true;
            log.info("hearing {}", RedisKeys.ORDER_UPDATES);
        }
    }

    private Duration sinceLastHeard() {
        return Duration.ofNanos(System.nanoTime() - lastHeard);
    }

    /** Milliseconds; whatever else it says, looking once too often does no harm. */
    static Duration delay(byte[] body) {
        long millis = 0;
        for (byte digit : body) {
            if (digit < '0' || digit > '9' || millis > LONGEST_DELAY) {
                return Duration.ZERO;
            }
            millis = 10 * millis + digit - '0';
        }
        return Duration.ofMillis(millis);
    }

    private final class Orders implements MessageListener, SubscriptionListener {

        private final Warehouse warehouse;

        /** Another container hears the channel until this one does: there is no gap. */
        private boolean isReplacement;

        Orders(Warehouse warehouse, boolean isReplacement) {
            this.warehouse = warehouse;
            this.isReplacement = isReplacement;
        }

        @Override
        public void onMessage(Message message, byte @Nullable [] pattern) {
            lanes.offer(warehouse, message.getBody());
        }

        @Override
        public void onChannelSubscribed(byte[] channel, long count) {
            if (!isReplacement) {
                jobs.sweep(warehouse, RedisKeys.HINTED_JOBS, orders.grace());
            }
            isReplacement = false;
        }
    }
}
