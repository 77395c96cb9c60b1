package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.redis.Reply;

/**
 * What became of the work on a claim.
 *
 * @param reason why it is tried again or given up, for a person
 */
public record JobResult(Kind kind, String reason) {

    /** What is left to do with the job. */
    public enum Kind {
        /** Nothing: the effect happened and the job was ended. */
        DONE,
        /** Nothing, and this claim has done nothing either: the job is not ours any more, or was given another due time. */
        LEFT,
        /** To be tried again, after a pause and up to {@code jobs.max-attempts}. */
        RETRY,
        /** To be tried again after a pause, and not counted: Redis had refused for now, and nothing was begun. */
        POSTPONED,
        /** To be put with the dead letters. */
        DEAD
    }

    public static JobResult done() {
        return new JobResult(Kind.DONE, "");
    }

    public static JobResult left() {
        return new JobResult(Kind.LEFT, "");
    }

    public static JobResult retry(String reason) {
        return new JobResult(Kind.RETRY, reason);
    }

    public static JobResult postponed(String reason) {
        return new JobResult(Kind.POSTPONED, reason);
    }

    /** @param failed what was to be done in Redis alone */
    public static JobResult failed(Reply<?> failed) {
        return failed.isRefusedForNow() ? postponed(failed.reason()) : retry(failed.reason());
    }

    public static JobResult dead(String reason) {
        return new JobResult(Kind.DEAD, reason);
    }
}
