package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * Requests that wait until their orders are settled; none of them holds a thread. An outcome that is heard is a hint to read the record,
 * {@link RedisKeys#order}, which is the truth. It is read as well when the request begins to wait, because the order may be settled
 * by then, when outcomes are heard again after a gap, and when the time is up.
 *
 * <p>When the service stops, all are answered with what is known.
 */
@Component
final class WaitingRequests implements SmartLifecycle, OutcomeSubscription.Listener {

    /** Half of the connections that Tomcat takes: whoever does not wait finds room. */
    private static final int MOST = 4_096;

    private final OrderReads reads;
    private final LettuceConnectionFactory connections;
    private final Channels channels;
    private final Semaphore places;
    private final Map<Key, Set<CompletableFuture<Optional<OrderRecord>>>> waiting = new ConcurrentHashMap<>();
    private volatile @Nullable Service service;

    @Autowired
    WaitingRequests(OrderReads reads, LettuceConnectionFactory connections, Channels channels, MeterRegistry meters) {
        this(reads, connections, channels, MOST);
        Gauge.builder("orders.waiting", () -> MOST - places.availablePermits())
                .description("Requests that wait until their orders are settled")
                .register(meters);
    }

    WaitingRequests(OrderReads reads, LettuceConnectionFactory connections, Channels channels, int most) {
        this.reads = reads;
        this.connections = connections;
        this.channels = channels;
        this.places = new Semaphore(most);
    }

    /**
     * @param known the order as it was last seen
     * @return the order, when it is settled or the time is up, as it then stands or was last seen; it does not fail. Empty if
     *     too many wait already
     */
    Optional<CompletableFuture<OrderRecord>> await(Warehouse warehouse, String id, OrderRecord known, Duration limit) {
        if (known.status().isSettled()) {
            return Optional.of(CompletableFuture.completedFuture(known));
        }
        Service running = service;
        if (running == null || !places.tryAcquire()) {
            return Optional.empty();
        }
        Key key = new Key(warehouse, id);
        CompletableFuture<Optional<OrderRecord>> settled = new CompletableFuture<>();
        add(key, settled);
        Future<?> deadline = running.deadlines.schedule(
                () -> settled.complete(Optional.empty()), limit.toMillis(), TimeUnit.MILLISECONDS);
        CompletableFuture<OrderRecord> answer = settled.thenCompose(
                        order -> order.isPresent() ? CompletableFuture.completedFuture(order.get()) : last(key, known))
                .whenComplete((order, failure) -> {
                    deadline.cancel(false);
                    remove(key, settled);
                });
        running.outcomes.want(warehouse, limit);
        if (running.outcomes.hears(warehouse)) {
            look(key);
        }
        if (!isRunning()) { // whoever stopped it may not have seen this one
            settled.complete(Optional.empty());
        }
        return Optional.of(answer);
    }

    @Override
    public void subscribed(Warehouse warehouse) {
        waiting.keySet().stream().filter(key -> key.warehouse.equals(warehouse)).forEach(this::look);
    }

    @Override
    public void heard(Warehouse warehouse, String id) {
        Key key = new Key(warehouse, id);
        if (waiting.containsKey(key)) {
            look(key);
        }
    }

    @Override
    public void start() {
        service = new Service(
                new OutcomeSubscription(connections, channels, this, thread("outcomes")), thread("order-waits"));
    }

    /** In the default phase, before the web server waits for the requests that are under way. */
    @Override
    public void stop() {
        Service running = service;
        service = null;
        waiting.values().forEach(all -> all.forEach(settled -> settled.complete(Optional.empty())));
        if (running != null) {
            running.deadlines.shutdown();
            running.outcomes.close();
        }
    }

    @Override
    public boolean isRunning() {
        return service != null;
    }

    private void look(Key key) {
        reads.find(key.warehouse, key.id).thenAccept(found -> {
            if (found.isPresent() && found.get().status().isSettled()) {
                waiting.getOrDefault(key, Set.of()).forEach(settled -> settled.complete(found));
            }
        });
    }

    private CompletableFuture<OrderRecord> last(Key key, OrderRecord known) {
        return reads.find(key.warehouse, key.id)
                .handle((found, failure) -> failure == null ? found.orElse(known) : known);
    }

    private void add(Key key, CompletableFuture<Optional<OrderRecord>> settled) {
        waiting.compute(key, (any, others) -> {
            Set<CompletableFuture<Optional<OrderRecord>>> all = others == null ? ConcurrentHashMap.newKeySet() : others;
            all.add(settled);
            return all;
        });
    }

    private void remove(Key key, CompletableFuture<Optional<OrderRecord>> settled) {
        places.release();
        waiting.computeIfPresent(key, (any, all) -> {
            all.remove(settled);
            return all.isEmpty() ? null : all;
        });
    }

    /** Begins with the first task. When it is shut down, what is planned for later is dropped, and so is what comes then. */
    private static ScheduledThreadPoolExecutor thread(String name) {
        ScheduledThreadPoolExecutor thread = new ScheduledThreadPoolExecutor(
                1, task -> new Thread(task, name), new ThreadPoolExecutor.DiscardPolicy());
        thread.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        thread.setRemoveOnCancelPolicy(true);
        return thread;
    }

    private record Key(Warehouse warehouse, String id) {}

    /** What there is from the start to the stop. */
    private record Service(OutcomeSubscription outcomes, ScheduledExecutorService deadlines) {}
}
