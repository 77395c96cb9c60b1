package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.inventory.jobs.Claim;
import io.github.exactlyonce.inventory.jobs.JobHandler;
import io.github.exactlyonce.inventory.jobs.JobResult;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * {@code order <id>}: settles the orders whose jobs came due, because the hint was lost, or whoever took the order on died,
 * paused or failed: the same gate and commit as for a message, and the commit script removes the job. An order that was
 * placed for later is released: announced to all replicas as if it had been placed now.
 */
@Component
final class OrderJobs implements JobHandler.ExactlyOnce {

    private final OrderProcessor processor;

    OrderJobs(OrderProcessor processor) {
        this.processor = processor;
    }

    @Override
    public String kind() {
        return RedisKeys.ORDER_JOBS;
    }

    @Override
    public Work describe(String jobId, JsonInput request) {
        request.problem("kind", "must not be order: orders are placed, now or for later, at the order service");
        return new Work("", Map.of());
    }

    @Override
    public List<JobResult> work(Pipeline pipeline, List<Claim> claims) {
        List<OrderHint> hints = claims.stream()
                .map(claim -> OrderHint.dueJob(claim.warehouse(), claim.arguments()))
                .toList();
        List<Decision> decisions = processor.process(pipeline, hints);
        Iterator<JobResult> released = release(
                pipeline, decisions.stream().filter(OrderJobs::isScheduled).toList());
        return decisions.stream()
                .map(decision -> isScheduled(decision) ? released.next() : result(decision))
                .toList();
    }

    private Iterator<JobResult> release(Pipeline pipeline, List<Decision> scheduled) {
        List<OrderHint> hints = scheduled.stream().map(Decision::hint).toList();
        return processor.release(pipeline, hints).stream()
                .map(OrderJobs::released)
                .iterator();
    }

    private static JobResult released(Reply<Boolean> reply) {
        if (reply.isFailure()) {
            return JobResult.failed(reply);
        }
        return reply.get() ? JobResult.done() : JobResult.left(); // it is released already, or not due yet
    }

    private static boolean isScheduled(Decision decision) {
        return decision.outcome() == Decision.Outcome.SCHEDULED;
    }

    static JobResult result(Decision decision) {
        return switch (decision.outcome()) {
            case CONFIRMED, REJECTED, CANCELLED, RETURNED -> JobResult.done();
            case ALREADY_SETTLED, ALREADY_RETURNED, NOTHING_TO_RETURN, SCHEDULED -> JobResult.left();
            case NO_RECORD -> JobResult.dead("the order has no record");
            case REFUSED -> JobResult.postponed(decision.detail());
            case LOCK_HELD, FAILED, NOT_RECORDED -> JobResult.retry(decision.detail());
        };
    }
}
