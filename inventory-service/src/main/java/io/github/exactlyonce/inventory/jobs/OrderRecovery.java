package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.deadletters.DeadLetters;
import io.github.exactlyonce.inventory.processing.Decision;
import io.github.exactlyonce.inventory.processing.OrderHint;
import io.github.exactlyonce.inventory.processing.OrderProcessor;
import io.github.exactlyonce.inventory.redis.Pipeline;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.springframework.stereotype.Component;

/**
 * Settles the orders whose jobs came due: the hint was lost, or whoever took the order on died, paused or failed. The same
 * gate and commit as for a message. What cannot be settled ends in the dead letters, never in a loop.
 */
@Component
class OrderRecovery {

    private static final String ORDER_JOB = RedisKeys.orderJob("");

    private final OrderProcessor processor;
    private final DueJobs dueJobs;
    private final DeadLetters deadLetters;
    private final JobProperties properties;

    OrderRecovery(OrderProcessor processor, DueJobs dueJobs, DeadLetters deadLetters, JobProperties properties) {
        this.processor = processor;
        this.dueJobs = dueJobs;
        this.deadLetters = deadLetters;
        this.properties = properties;
    }

    void recover(Pipeline pipeline, List<DueJobs.Claim> claims) {
        List<DueJobs.Claim> orders = new ArrayList<>(claims.size());
        for (DueJobs.Claim claim : claims) {
            if (!claim.member().startsWith(ORDER_JOB)) {
                bury(pipeline, claim, "nothing here knows this kind of work");
            } else if (claim.attempts() > properties.maxAttempts()) {
                bury(pipeline, claim, "gave up: " + properties.maxAttempts() + " attempts and none came to an end");
            } else {
                orders.add(claim);
            }
        }
        List<Decision> decisions = processor.process(
                pipeline,
                orders.stream()
                        .map(claim -> OrderHint.dueJob(claim.member().substring(ORDER_JOB.length())))
                        .toList());
        Map<DueJobs.Claim, Duration> again = new LinkedHashMap<>();
        for (int i = 0; i < orders.size(); i++) {
            finish(pipeline, orders.get(i), decisions.get(i), again);
        }
        dueJobs.reschedule(pipeline, again);
    }

    /** @param again takes the job and its pause if it is to be tried again */
    private void finish(Pipeline pipeline, DueJobs.Claim claim, Decision decision, Map<DueJobs.Claim, Duration> again) {
        switch (decision.outcome()) {
            case CONFIRMED, REJECTED, ALREADY_SETTLED -> {} // the commit script has removed the job
            case NO_RECORD -> bury(pipeline, claim, "the order has no record");
            case LOCK_HELD, FAILED, NOT_RECORDED -> {
                if (claim.attempts() >= properties.maxAttempts()) {
                    bury(pipeline, claim, "gave up after " + claim.attempts() + " attempts: " + decision.detail());
                } else {
                    again.put(claim, properties.backoff().pause(claim.attempts(), ThreadLocalRandom.current()));
                }
            }
        }
    }

    private void bury(Pipeline pipeline, DueJobs.Claim claim, String reason) {
        deadLetters.buryJob(pipeline, claim.member(), claim.lease(), reason);
    }
}
