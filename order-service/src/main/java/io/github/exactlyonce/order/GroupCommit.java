package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.Shards;
import io.github.exactlyonce.contracts.redis.Wait;
import io.github.exactlyonce.order.CommitLane.Waiting;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.context.SmartLifecycle;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

/**
 * Places orders that have to be durable, many with one wait. A wait goes to one node, and speaks of what that node was sent
 * before, so each shard has a {@link CommitLane} of its own, from its first order until it has left the cluster: a shard
 * that does not answer keeps nobody waiting but its own orders. Without a cluster there is one.
 *
 * <p>It stops after the last request has been answered.
 */
final class GroupCommit implements SmartLifecycle {

    /** After the connections, before the web server; so it stops after the one and before the others. */
    private static final int PHASE = FirstConnection.PHASE + 1;

    private final Durability level;
    private final Wait wait;
    private final PlaceOrder script;
    private final Duration patience;
    private final int maxInFlight;
    private final Pipelines pipelines;
    private final Shards shards;
    private final Map<String, CommitLane> lanes = new HashMap<>();
    private boolean running;

    GroupCommit(
            Durability level,
            Wait wait,
            PlaceOrder script,
            OrderProperties properties,
            Pipelines pipelines,
            Shards shards) {
        this.level = level;
        this.wait = wait;
        this.script = script;
        this.patience = pipelines.timeout().plus(properties.durabilityTimeout());
        this.maxInFlight = properties.maxInFlight();
        this.pipelines = pipelines;
        this.shards = shards;
    }

    /** How long an order may take: what Redis may take to answer, and what the level may. */
    Duration patience() {
        return patience;
    }

    /**
     * @param deadline by {@link System#nanoTime()}
     * @return what became of the order, and whether it {@linkplain Placement#reached reached} the level in time
     * @throws DataAccessException if it is not known whether the order was placed
     */
    Placement place(OrderRequest request, long deadline) {
        Waiting waiting = new Waiting(request, script.call(request, true), new CompletableFuture<>());
        if (!offer(waiting, shards.of(RedisKeys.jobs(request.warehouse())))) {
            throw new DataAccessResourceFailureException(
                    "as many orders as may wait to be on " + level.text() + " do: " + maxInFlight);
        }
        try {
            return waiting.placement().get(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new QueryTimeoutException("no answer within " + patience.toMillis() + " ms");
        } catch (ExecutionException e) {
            throw new DataAccessResourceFailureException("the order could not be placed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DataAccessResourceFailureException("interrupted while the order was being placed", e);
        } finally {
            waiting.placement().cancel(false); // or it would be placed later, if it is still in the queue
        }
    }

    /** Requests that the next batches take. */
    synchronized int queued() {
        return lanes.values().stream().mapToInt(CommitLane::queued).sum();
    }

    private synchronized boolean offer(Waiting waiting, String shard) {
        return running && lanes.computeIfAbsent(shard, this::open).offer(waiting);
    }

    private CommitLane open(String shard) {
        String name = "orders-to-" + level.text() + (shard.isEmpty() ? "" : "-" + shard);
        CommitLane lane = new CommitLane(name, level, wait, maxInFlight, pipelines, idle -> isOver(shard, idle));
        lane.start();
        return lane;
    }

    /** Under the same lock as what brings orders: none comes between the look and the end. */
    private synchronized boolean isOver(String shard, CommitLane lane) {
        return lane.queued() == 0 && !shards.isThere(shard) && lanes.remove(shard, lane);
    }

    @Override
    public synchronized void start() {
        running = true;
    }

    @Override
    public void stop() {
        List<CommitLane> last;
        synchronized (this) {
            running = false;
            last = List.copyOf(lanes.values());
            lanes.clear();
        }
        last.parallelStream().forEach(PipelineWorker::stop); // each within its own limit
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return PHASE;
    }
}
