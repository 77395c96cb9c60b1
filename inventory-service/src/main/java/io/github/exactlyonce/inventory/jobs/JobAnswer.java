package io.github.exactlyonce.inventory.jobs;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a script did with one job, and the job as it stood then.
 *
 * @param work the member of {@code jobs:{main}}; null if the outcome says it all
 * @param score as Redis writes it; empty if the job is not in the set
 * @param recurrence its entry in {@code recurring:{main}}; empty if there is none
 * @param record the hash; empty for the job of an order
 */
record JobAnswer(Outcome outcome, @Nullable String work, String score, String recurrence, Map<String, String> record) {

    /** The first word of a script's answer. */
    enum Outcome {
        /** It was scheduled now. */
        NEW,
        /** Its id was used before, perhaps for other content. */
        EXISTING,
        FOUND,
        /** It was moved or cancelled, now or before. */
        CHANGED,
        /** It is done, dead or cancelled, and stays so. */
        ENDED,
        /** There is no such job, but one that settles the order with this id. */
        ORDERS_JOB,
        UNKNOWN,
        /** Nothing happened: it would be due in the year 2200 or later. */
        TOO_LATE
    }

    /** @param answer {outcome} or {outcome, work, score, recurrence, {field, value, ...}} */
    @SuppressWarnings("unchecked") // the scripts return no other lists
    static JobAnswer of(List<Object> answer) {
        Outcome outcome = Outcome.valueOf((String) answer.get(0));
        if (answer.size() == 1) {
            return new JobAnswer(outcome, null, "", "", Map.of());
        }
        List<String> fields = (List<String>) answer.get(4);
        Map<String, String> record = new HashMap<>();
        for (int i = 0; i < fields.size(); i += 2) {
            record.put(fields.get(i), fields.get(i + 1));
        }
        return new JobAnswer(outcome, (String) answer.get(1), (String) answer.get(2), (String) answer.get(3), record);
    }

    /** Whether the job of this id is the one that the request asks for, whenever it was moved to. */
    boolean isOf(JobRequest request) {
        return request.work().member().equals(work)
                && request.schedule().text().equals(record.get(JobRecord.SCHEDULE))
                && request.work().fields().equals(JobRecord.content(record));
    }

    /** @throws IllegalStateException if the outcome said it all */
    JobView job() {
        if (work == null) {
            throw new IllegalStateException("no job, but " + outcome);
        }
        return JobView.of(work, score, recurrence, record);
    }
}
