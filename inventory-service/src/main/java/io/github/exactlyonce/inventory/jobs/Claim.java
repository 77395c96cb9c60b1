package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.Warehouse;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A job that is ours until its lease runs out.
 *
 * @param member the work, such as {@code order 29}
 * @param token of the lease: the score that the claim gave the job. Whatever is done to the job counts only as long as
 *     it still has this score
 * @param attempts claims of this job so far, with this one
 * @param claimedAt by Redis's clock
 * @param lateMillis from its due time to the claim, by Redis's clock
 * @param heldSince when we were told of it, by {@link System#nanoTime()}
 * @param recurrence when it comes again; null if it does not
 * @param owner token of this claim, {@code <replica>/<nonce>}: the mark on what it does
 */
public record Claim(
        Warehouse warehouse,
        String member,
        String token,
        int attempts,
        Instant claimedAt,
        long lateMillis,
        long heldSince,
        @Nullable Recurrence recurrence,
        String owner) {

    private static final String NO_FURTHER_RUN = "none";

    public String kind() {
        return kindOf(member);
    }

    public boolean isRecurring() {
        return recurrence != null;
    }

    /** From its due time up to now. */
    Duration lateness() {
        return Duration.ofMillis(lateMillis).plusNanos(System.nanoTime() - heldSince);
    }

    /** What comes after the kind; may be empty. */
    public String arguments() {
        return argumentsOf(member);
    }

    /** The words of the work, the kind first. */
    public String[] words() {
        return member.split(" ");
    }

    /** What names the job among those of its kind: the first word after the kind; may be empty. */
    String id() {
        return idOf(member);
    }

    Claim renewed(String newToken) {
        return new Claim(warehouse, member, newToken, attempts, claimedAt, lateMillis, heldSince, recurrence, owner);
    }

    /**
     * The next run, as the scripts want it: in Unix milliseconds, {@code none}, or empty if the job is not recurring. Runs
     * that were missed in the meantime are not made up for: this run stood for them.
     */
    String nextDue() {
        if (recurrence == null) {
            return "";
        }
        return recurrence
                .nextAfter(claimedAt)
                .map(next -> String.valueOf(next.toEpochMilli()))
                .orElse(NO_FURTHER_RUN);
    }

    static String argumentsOf(String member) {
        int space = member.indexOf(' ');
        return space < 0 ? "" : member.substring(space + 1);
    }

    static String kindOf(String member) {
        int space = member.indexOf(' ');
        return space < 0 ? member : member.substring(0, space);
    }

    static String idOf(String member) {
        String[] words = member.split(" ", 3);
        return words.length < 2 ? "" : words[1];
    }
}
