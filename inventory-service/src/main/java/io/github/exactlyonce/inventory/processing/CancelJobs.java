package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.inventory.jobs.Claim;
import io.github.exactlyonce.inventory.jobs.JobHandler;
import io.github.exactlyonce.inventory.jobs.JobResult;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * {@code cancel <id>}: returns the stock of cancelled orders whose jobs came due, as {@link OrderJobs} settles orders: the same
 * gate and commit as for a message, and the commit script removes the job.
 */
@Component
final class CancelJobs implements JobHandler.ExactlyOnce {

    private final OrderProcessor processor;

    CancelJobs(OrderProcessor processor) {
        this.processor = processor;
    }

    @Override
    public String kind() {
        return RedisKeys.CANCEL_JOBS;
    }

    @Override
    public Work describe(String jobId, JsonInput request) {
        request.problem("kind", "must not be cancel: orders are cancelled at the order service");
        return new Work("", Map.of());
    }

    @Override
    public List<JobResult> work(Pipeline pipeline, List<Claim> claims) {
        List<OrderHint> hints = claims.stream()
                .map(claim ->
                        OrderHint.toReturn(claim.warehouse(), claim.arguments(), null, null, OrderHint.Source.JOB))
                .toList();
        return processor.process(pipeline, hints).stream()
                .map(OrderJobs::result)
                .toList();
    }
}
