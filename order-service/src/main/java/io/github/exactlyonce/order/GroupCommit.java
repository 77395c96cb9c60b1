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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.dao.QueryTimeoutException;

/**
 * Places orders that have to be durable, many with one wait: a thread takes whatever requests have queued, sends their
 * scripts and one {@code WAIT} or {@code WAITAOF} in one flush on a connection of its own, and tells each what came of it.
 * While it waits, the next batch gathers. Nobody waits to fill a batch.
 *
 * <p>It stops after the last request has been answered. It connects when the first order comes.
 */
final class GroupCommit extends PipelineWorker {

    private static final Logger log = LoggerFactory.getLogger(GroupCommit.class);

    /** After the connections, before the web server; so it stops after the one and before the others. */
    private static final int PHASE = FirstConnection.PHASE + 1;

    /** How soon an idle thread sees that it is to stop. */
    private static final Duration LOOK_UP = Duration.ofMillis(200);

    private final Durability level;
    private final Wait wait;
    private final PlaceOrder script;
    private final Duration patience;
    private final BlockingQueue<Waiting> queue;
    private final int batchSize;
    private boolean refused;

    GroupCommit(Durability level, Wait wait, PlaceOrder script, OrderProperties properties, Pipelines pipelines) {
        super("orders-to-" + level.text(), pipelines, PHASE);
        this.level = level;
        this.wait = wait;
        this.script = script;
        this.patience = pipelines.timeout().plus(properties.durabilityTimeout());
        this.queue = new LinkedBlockingQueue<>(properties.maxInFlight());
        this.batchSize = properties.maxInFlight();
    }

    /**
     * @return what became of the order, and whether it {@linkplain Placement#reached reached} the level in time
     * @throws DataAccessException if it is not known whether the order was placed
     */
    Placement place(OrderRequest request) {
        Waiting waiting = new Waiting(request, script.call(request, true), new CompletableFuture<>());
        if (!isRunning() || !queue.offer(waiting)) {
            throw new DataAccessResourceFailureException(
                    "as many orders as may wait to be on " + level.text() + " do: " + batchSize);
        }
        try {
            return waiting.placement().get(patience.toMillis(), TimeUnit.MILLISECONDS);
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
                place(pipeline, batch);
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
    private record Waiting(OrderRequest request, ScriptCall call, CompletableFuture<Placement> placement) {

        /** A conflict has placed nothing, so there is nothing to wait for. */
        void answered(List<Object> answer) {
            Placement placed = PlaceOrder.placement(request, answer);
            if (placed.outcome() == Outcome.CONFLICTING) {
                placement.complete(placed);
            }
        }

        void finished(Waited<List<Object>> result, Durability level) {
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
