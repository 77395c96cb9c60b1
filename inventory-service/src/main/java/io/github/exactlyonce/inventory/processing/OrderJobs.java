package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.jobs.Claim;
import io.github.exactlyonce.inventory.jobs.JobHandler;
import io.github.exactlyonce.inventory.jobs.JobResult;
import io.github.exactlyonce.inventory.redis.Pipeline;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * {@code order <id>}: settles the orders whose jobs came due, because the hint was lost, or whoever took the order on died,
 * paused or failed. The same gate and commit as for a message; the commit script removes the job.
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
                .map(claim -> OrderHint.dueJob(claim.arguments()))
                .toList();
        return processor.process(pipeline, hints).stream()
                .map(OrderJobs::result)
                .toList();
    }

    private static JobResult result(Decision decision) {
        return switch (decision.outcome()) {
            case CONFIRMED, REJECTED -> JobResult.done();
            case ALREADY_SETTLED -> JobResult.left();
            case SCHEDULED -> JobResult.left(); // its release is the handler's next step
            case NO_RECORD -> JobResult.dead("the order has no record");
            case LOCK_HELD, FAILED, NOT_RECORDED -> JobResult.retry(decision.detail());
        };
    }
}
