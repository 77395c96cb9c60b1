package io.github.exactlyonce.inventory.warehouses;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Shards;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import io.github.exactlyonce.inventory.InventoryProperties;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * The warehouses whose orders and jobs this replica works on: {@code inventory.warehouses}. If it serves all, it hears of a
 * new one as it appears, and reads the list of {@link WarehouseRegistry} regularly for those whose message was lost. None
 * is ever forgotten before the process ends.
 *
 * <p>A thread of its own reads the list, which may be on a shard that does not answer, and looks where in the cluster each
 * warehouse is.
 */
@Component
public final class ServedWarehouses implements SmartLifecycle {

    private static final Duration LOOK_INTERVAL = Duration.ofSeconds(1);
    private static final Duration READ_INTERVAL = Duration.ofSeconds(5);
    private static final Logger log = LoggerFactory.getLogger(ServedWarehouses.class);

    private final boolean all;
    private final Set<Warehouse> served = new ConcurrentSkipListSet<>();

    /** What has workers. */
    private volatile Set<Warehouse> known = Set.of();

    private final List<Runnable> listeners = new CopyOnWriteArrayList<>();
    private final WarehouseRegistry registry;
    private final Shards shards;
    private final List<Lanes<?>> lanes = new CopyOnWriteArrayList<>();
    private volatile @Nullable ScheduledExecutorService observer;
    private volatile boolean listKnown;
    private boolean reportedFailure;

    ServedWarehouses(InventoryProperties properties, WarehouseRegistry registry, Shards shards) {
        this.all = properties.servesAllWarehouses();
        this.registry = registry;
        this.shards = shards;
        if (all) {
            served.add(Warehouse.MAIN);
        } else {
            properties.warehouses().forEach(name -> served.add(new Warehouse(name)));
        }
    }

    /** Those that have workers, in the order of their names. */
    public Set<Warehouse> known() {
        return known;
    }

    /** @param listener is called when there are more, and must not block */
    public void onChange(Runnable listener) {
        listeners.add(listener);
    }

    public boolean isServed(Warehouse warehouse) {
        return known.contains(warehouse);
    }

    /** Whether it is known whom to serve: if all, the list of them has been read once. */
    public boolean isListKnown() {
        return listKnown;
    }

    /** Word of a warehouse that may be new; anybody can have sent it. Does not block. */
    public void heard(String name) {
        ScheduledExecutorService running = observer;
        if (all && running != null && Warehouse.isName(name) && !served.contains(new Warehouse(name))) {
            running.execute(() -> add(Set.of(new Warehouse(name))));
        }
    }

    /**
     * Workers that start and stop with this bean, after the subscription and before the connections.
     *
     * @param open makes a worker for the warehouses that it can ask for, which change
     */
    public <W extends PipelineWorker> Lanes<W> lanes(Function<Supplier<Set<Warehouse>>, W> open) {
        Lanes<W> opened = new Lanes<>(open);
        lanes.add(opened);
        return opened;
    }

    @Override
    public void start() {
        listKnown = !all;
        lanes.forEach(Lanes::open);
        arrange();
        ScheduledExecutorService started =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "warehouses"));
        observer = started;
        started.scheduleWithFixedDelay(
                this::arrange, LOOK_INTERVAL.toMillis(), LOOK_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        if (all) {
            started.scheduleWithFixedDelay(this::read, 0, READ_INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public void stop() {
        ScheduledExecutorService running = observer;
        observer = null;
        if (running != null) {
            running.shutdownNow();
        }
        lanes.parallelStream().forEach(Lanes::close);
    }

    @Override
    public boolean isRunning() {
        return observer != null;
    }

    @Override
    public int getPhase() {
        return PipelineWorker.PHASE;
    }

    private void read() {
        try {
            Set<Warehouse> found = registry.all();
            add(found);
            listKnown = true;
            reportedFailure = false;
            if (found.equals(Set.of(Warehouse.MAIN)) && served.size() > 1) {
                log.warn("the list of warehouses is lost: {} are added again", served.size() - 1);
                registry.restore(served);
            }
        } catch (RuntimeException e) { // the next one must come
            if (!reportedFailure) {
                log.warn(
                        "the list of warehouses cannot be read, trying again each {}; those that are known are served: {}",
                        READ_INTERVAL,
                        String.valueOf(e.getMessage()));
            }
            reportedFailure = true;
        }
    }

    private void add(Set<Warehouse> found) {
        boolean changed = false;
        for (Warehouse warehouse : found) {
            if (served.contains(warehouse)) {
                continue;
            }
            if (served.size() >= WarehouseRegistry.MOST) {
                log.error(
                        "warehouse {} is not served: {} are, and none is forgotten before a restart",
                        warehouse,
                        served.size());
                break;
            }
            served.add(warehouse);
            log.info("serving warehouse {}", warehouse);
            changed = true;
        }
        if (changed) {
            arrange();
        }
    }

    private void arrange() {
        try {
            Map<Warehouse, String> places = shards.of(served);
            lanes.forEach(each -> each.arrange(places));
            if (!places.keySet().equals(known)) {
                known = Collections.unmodifiableSet(places.keySet());
                listeners.forEach(Runnable::run);
            }
        } catch (RuntimeException e) { // the next one must come
            log.error("the warehouses could not be given to their workers", e);
        }
    }
}
