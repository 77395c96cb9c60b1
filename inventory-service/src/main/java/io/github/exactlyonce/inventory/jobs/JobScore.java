package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A score of {@code jobs:{main}}: the due time in Unix milliseconds, and as its fraction the attempts, see
 * {@link RedisKeys#ATTEMPTS_PER_MILLISECOND}. Anybody can give a job any score by hand, so all of them are readable.
 *
 * @param dueAt null if it never comes due; a time before 1970 is as good as 1970
 * @param attempts so far, with one that is under way
 */
record JobScore(@Nullable Instant dueAt, int attempts) {

    /** The year 10000: up to it, a year has four digits. */
    private static final double NEVER = 253_402_300_800_000.0;

    /** @param text as Redis writes it: {@code inf} for infinity */
    static JobScore parse(String text) {
        double score = switch (text) {
            case "inf" -> Double.POSITIVE_INFINITY;
            case "-inf" -> 0;
            default -> Math.max(0, Double.parseDouble(text));
        };
        if (score >= NEVER) {
            return new JobScore(null, 0);
        }
        double millis = Math.floor(score);
        int attempts = (int) Math.round((score - millis) * RedisKeys.ATTEMPTS_PER_MILLISECOND);
        return new JobScore(Instant.ofEpochMilli((long) millis), attempts);
    }
}
