package io.github.exactlyonce.inventory.warehouses;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A worker, with a thread and a connection of its own, for each shard of Redis that holds a warehouse which this replica
 * serves. So a batch is flushed to one node, and a shard that does not answer keeps nobody waiting but its own warehouses.
 * Without a cluster there is one worker.
 *
 * <p>When a warehouse moves to another shard, its former worker finishes what it has in hand. That is never wrong: a lane
 * says who does the work, and Lettuce where its commands are sent.
 */
public final class Lanes<W extends PipelineWorker> {

    private final Function<Supplier<Set<Warehouse>>, W> open;
    private final Map<String, Lane<W>> byShard = new TreeMap<>();
    private volatile Map<Warehouse, W> byWarehouse = Map.of();
    private volatile List<W> workers = List.of();
    private boolean closed = true;

    /** @param open makes a worker for the warehouses that it can ask for, which change */
    Lanes(Function<Supplier<Set<Warehouse>>, W> open) {
        this.open = open;
    }

    /** @return null if this replica does not serve it, or not yet */
    public @Nullable W of(Warehouse warehouse) {
        return byWarehouse.get(warehouse);
    }

    public List<W> workers() {
        return workers;
    }

    synchronized void open() {
        closed = false;
    }

    /** Starts a worker for each new shard, and stops those whose shard has no warehouse any more. */
    synchronized void arrange(Map<Warehouse, String> shards) {
        if (closed) {
            return;
        }
        Map<String, Set<Warehouse>> groups = new TreeMap<>();
        shards.forEach((warehouse, shard) ->
                groups.computeIfAbsent(shard, any -> new TreeSet<>()).add(warehouse));
        Map<Warehouse, W> next = new HashMap<>();
        groups.forEach((shard, warehouses) -> {
            Lane<W> lane = byShard.get(shard);
            if (lane == null) {
                lane = new Lane<>(open, warehouses);
                byShard.put(shard, lane);
                lane.worker.start();
            } else {
                lane.serve(warehouses);
            }
            W worker = lane.worker;
            warehouses.forEach(warehouse -> next.put(warehouse, worker));
        });
        byWarehouse = Map.copyOf(next);
        List<Lane<W>> unused = new ArrayList<>();
        byShard.entrySet().removeIf(entry -> !groups.containsKey(entry.getKey()) && unused.add(entry.getValue()));
        workers = byShard.values().stream().map(lane -> lane.worker).toList();
        // Each finishes what it has in hand, perhaps on a node that does not answer: nobody waits for that.
        unused.forEach(lane -> new Thread(lane.worker::stop, "end-of-lane").start());
    }

    /** Waits until all have finished, each within its own limit. */
    void close() {
        List<W> last;
        synchronized (this) {
            closed = true;
            last = workers;
            byShard.clear();
            byWarehouse = Map.of();
            workers = List.of();
        }
        last.parallelStream().forEach(PipelineWorker::stop);
    }

    private static final class Lane<W extends PipelineWorker> {

        final W worker;
        private volatile Set<Warehouse> warehouses;

        Lane(Function<Supplier<Set<Warehouse>>, W> open, Set<Warehouse> warehouses) {
            this.warehouses = warehouses;
            this.worker = open.apply(() -> this.warehouses);
        }

        void serve(Set<Warehouse> wanted) {
            if (!wanted.equals(warehouses)) {
                warehouses = wanted;
                worker.wakeUp();
            }
        }
    }
}
