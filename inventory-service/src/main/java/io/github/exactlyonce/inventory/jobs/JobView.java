package io.github.exactlyonce.inventory.jobs;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.exactlyonce.contracts.OrderRecord;
import java.time.Instant;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a client sees of a job.
 *
 * @param jobId null if the member, which somebody wrote by hand, has none
 * @param work the member of {@code jobs:{main}}
 * @param status null where the record is not read: in a list
 * @param dueAt while it waits, when it is due; while it is worked on, when its lease ends; null once it has ended
 * @param attempts at the run that is due, with one that is under way
 * @param content the handler's fields, which stand beside the others in the JSON
 * @param cron null if it does not recur
 * @param lastRunBy the replica's name
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record JobView(
        @Nullable String jobId,
        String kind,
        String work,
        @Nullable JobStatus status,
        @Nullable Instant dueAt,
        @Nullable Integer attempts,
        @JsonAnyGetter Map<String, String> content,
        @Nullable String cron,
        @Nullable String zone,
        @Nullable Instant scheduledAt,
        @Nullable Integer runs,
        @Nullable Instant lastRunAt,
        @Nullable String lastRunBy,
        @Nullable String lastError) {

    /**
     * @param score as Redis writes it; empty if the job is not in the set
     * @param recurrence its entry in {@code recurring:{main}}; empty if there is none
     * @param record empty for the job of an order
     */
    static JobView of(String work, String score, String recurrence, Map<String, String> record) {
        JobScore due = score.isEmpty() ? null : JobScore.parse(score);
        Recurrence recurs = Recurrence.readable(due == null ? record.getOrDefault(JobRecord.SCHEDULE, "") : recurrence);
        return new JobView(
                id(work),
                Claim.kindOf(work),
                work,
                JobStatus.valueOf(record.getOrDefault(JobRecord.STATUS, JobStatus.SCHEDULED.name())),
                due == null ? null : due.dueAt(),
                due == null ? null : due.attempts(),
                new TreeMap<>(JobRecord.content(record)),
                recurs == null ? null : recurs.cron(),
                recurs == null ? null : recurs.zone().getId(),
                time(record.get(JobRecord.SCHEDULED_AT)),
                record.isEmpty() ? null : Integer.valueOf(record.getOrDefault(JobRecord.RUNS, "0")),
                time(record.get(JobRecord.LAST_RUN_AT)),
                record.containsKey(JobRecord.LAST_RUN_BY)
                        ? OrderRecord.replicaOf(record.get(JobRecord.LAST_RUN_BY))
                        : null,
                record.get(JobRecord.LAST_ERROR));
    }

    /** An entry of a list, for which the record is not read. */
    static JobView listed(String work, String score, String recurrence) {
        JobScore due = JobScore.parse(score);
        Recurrence recurs = Recurrence.readable(recurrence);
        return new JobView(
                id(work),
                Claim.kindOf(work),
                work,
                null,
                due.dueAt(),
                due.attempts(),
                Map.of(),
                recurs == null ? null : recurs.cron(),
                recurs == null ? null : recurs.zone().getId(),
                null,
                null,
                null,
                null,
                null);
    }

    private static @Nullable String id(String work) {
        String id = Claim.idOf(work);
        return id.isEmpty() ? null : id;
    }

    private static @Nullable Instant time(@Nullable String millis) {
        return millis == null ? null : Instant.ofEpochMilli(Long.parseLong(millis));
    }
}
