package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.jobs.JobHandler.Work;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.springframework.util.Assert;

/**
 * What a client asks for: a job, and when it is to run.
 *
 * @param jobId from the body, else a random UUID
 */
record JobRequest(String jobId, Work work, Schedule schedule) {

    /**
     * @param redisTime asked only for a recurring job
     * @throws io.github.exactlyonce.contracts.InvalidInputException with everything that is wrong with it
     */
    static JobRequest read(byte[] body, JobHandlers handlers, Supplier<Instant> redisTime) {
        JsonInput input = JsonInput.read("body", body);
        String id = input.id("jobId");
        String jobId = id == null ? UUID.randomUUID().toString() : id;
        Work work = work(jobId, input, handlers);
        Schedule schedule = Schedule.read(input, redisTime);
        if (!work.member().isEmpty()) {
            input.refuseOtherFields(); // timezone for zone would be another job
        }
        input.refuseIfInvalid();
        Assert.state(Claim.idOf(work.member()).equals(jobId), () -> "work without its jobId: " + work.member());
        Assert.state(
                Collections.disjoint(work.fields().keySet(), JobRecord.RESERVED),
                () -> "reserved fields in the record of " + work.member());
        return new JobRequest(jobId, work, schedule);
    }

    String kind() {
        return Claim.kindOf(work.member());
    }

    private static Work work(String jobId, JsonInput input, JobHandlers handlers) {
        String kind = input.text("kind");
        Optional<JobHandler> handler = kind == null ? Optional.empty() : handlers.of(kind);
        if (handler.isEmpty()) {
            input.problem("kind", "must be one of " + String.join(", ", schedulable(handlers)));
            return new Work("", Map.of());
        }
        Work work = handler.get().describe(jobId, input);
        work.fields().forEach((field, value) -> {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(value)) {
                input.problem(field, "must be Unicode text, without halves of surrogate pairs");
            }
        });
        return work;
    }

    /** Orders have jobs too, but not from here. */
    private static List<String> schedulable(JobHandlers handlers) {
        return handlers.kinds().stream()
                .filter(kind -> !RedisKeys.HINTED_JOBS.contains(kind))
                .toList();
    }
}
