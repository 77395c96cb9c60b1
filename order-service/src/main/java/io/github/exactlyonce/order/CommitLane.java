package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.contracts.redis.Wait;
import io.github.exactlyonce.contracts.redis.Waited;
import io.github.exactlyonce.order.Placement.Outcome;
import io.lettuce.core.RedisCommandExecutionException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The durable orders of one shard, which is one node: a thread takes whatever has queued, sends the scripts and one
 * {@code WAIT} or {@code WAITAOF} in one flush, and tells each what came of it. While it waits, the next batch gathers.
 * Nobody waits to fill a batch. It connects when the first order comes, and ends after the last one has been answered.
 */
final class CommitLane extends PipelineWorker {

    private static final Logger log = LoggerFactory.getLogger(CommitLane.class);

    /** How soon an idle thread sees that it is to end. */
    private static final Duration LOOK_UP = Duration.ofMillis(200);

    private final Durability level;
    private final Wait wait;
    private final BlockingQueue<Waiting> queue;
    private final int batchSize;
    private final Predicate<CommitLane> isOver;
    private boolean refused;

    /** @param isOver is asked while nothing is queued; after yes, nothing will be */
    CommitLane(
            String name,
            Durability level,
            Wait wait,
            int batchSize,
            Pipelines pipelines,
            Predicate<CommitLane> isOver) {
        super(name, pipelines);
        this.level = level;
        this.wait = wait;
        this.queue = new LinkedBlockingQueue<>(batchSize);
        this.batchSize = batchSize;
        this.isOver = isOver;
    }

    /** @return whether there was room */
    boolean offer(Waiting waiting) {
        return queue.offer(waiting);
    }

    /** Requests that the next batch takes. */
    int queued() {
        return queue.size();
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        while (isRunning() || !queue.isEmpty()) {
            Waiting first = queue.poll(LOOK_UP.toMillis(), TimeUnit.MILLISECONDS);
            if (first != null) {
                List<Waiting> batch = new ArrayList<>(List.of(first));
                queue.drainTo(batch, batchSize - 1);
                batch.removeIf(waiting -> waiting.placement().isDone());
                if (!batch.isEmpty()) {
                    place(pipeline, batch);
                }
            } else if (isOver.test(this)) {
                finish();
            }
        }
    }

    private void place(Pipeline pipeline, List<Waiting> batch) {
        try {
            List<Waited<List<Object>>> results = pipeline.evalAll(
                    PlaceOrder.SCRIPT,
                    batch.stream().map(Waiting::call).toList(),
                    wait,
                    (place, answer) -> batch.get(place).answered(answer));
            for (int i = 0; i < results.size(); i++) {
                batch.get(i).finished(results.get(i), level);
            }
            sayIfRefused(results.get(0).kept());
        } catch (RuntimeException e) { // a bug: nobody is left waiting for it
            batch.forEach(waiting -> waiting.placement().completeExceptionally(e));
            throw e;
        }
    }

    /** Not late, but never: such as a user who may not wait, or a file that was switched off. */
    private void sayIfRefused(Reply<Boolean> kept) {
        boolean isRefused = kept.failure() instanceof RedisCommandExecutionException;
        if (isRefused && !refused) {
            log.warn("Redis does not say whether orders are on {}: {}", level.text(), kept.reason());
        }
        refused = isRefused;
    }

    /** A request whose thread waits for its placement. */
    record Waiting(OrderRequest request, ScriptCall call, CompletableFuture<Placement> placement) {

        /** A conflict has placed nothing, so there is nothing to wait for. */
        private void answered(List<Object> answer) {
            Placement placed = PlaceOrder.placement(request, answer);
            if (placed.outcome() == Outcome.CONFLICTING) {
                placement.complete(placed);
            }
        }

        private void finished(Waited<List<Object>> result, Durability level) {
            Throwable failure = result.answer().failure();
            if (failure != null) {
                placement.completeExceptionally(failure);
                return;
            }
            Placement placed = PlaceOrder.placement(request, result.answer().get());
            placement.complete(result.isKept() ? placed.reaching(level) : placed);
        }
    }
}
