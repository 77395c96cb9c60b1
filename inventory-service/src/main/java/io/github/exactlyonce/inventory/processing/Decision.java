package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.TraceParent;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * What this replica did about one hint.
 *
 * @param age from placed to settled, or from cancelled to returned, by Redis's clock; for an order that somebody else has, to now, by this JVM's clock;
 *     null if unknown
 * @param detail who did it, or what went wrong; may be empty
 * @param traceParent where the order stands in its trace; null if it is not traced, or unknown
 */
public record Decision(
        OrderHint hint,
        Outcome outcome,
        @Nullable Duration age,
        String detail,
        @Nullable TraceParent traceParent) {

    /** The answer to "who did it". */
    public enum Outcome {
        /** Processed: this replica took the stock. */
        CONFIRMED("processed"),
        /** Processed: this replica found it short. */
        REJECTED("processed"),
        /** Processed: this replica found it cancelled before anybody had settled it. */
        CANCELLED("processed"),
        /** Returned: this replica gave back what the cancelled order had taken. */
        RETURNED("returned"),
        /** Skipped: another attempt holds the lock. */
        LOCK_HELD("skipped"),
        /** Skipped: it was settled before. */
        ALREADY_SETTLED("skipped"),
        /** Skipped: its stock had returned before. */
        ALREADY_RETURNED("skipped"),
        /** Skipped: it is not cancelled, or was before anything was taken. */
        NOTHING_TO_RETURN("skipped"),
        /** Skipped: it is scheduled for later and not yet released. */
        SCHEDULED("skipped"),
        /** There is neither a record nor a message to make one from. */
        NO_RECORD("failed"),
        /** Its record could not be written, so nothing brings it back yet. */
        NOT_RECORDED("failed"),
        /** Redis refused for now, as while a slot is being moved; its job brings it back, and this attempt does not count. */
        REFUSED("failed"),
        /** Redis did not answer or refused; its job brings it back. */
        FAILED("failed");

        private final String decision;

        Outcome(String decision) {
            this.decision = decision;
        }

        /** {@code processed}, {@code returned}, {@code skipped} or {@code failed}. */
        public String decision() {
            return decision;
        }

        /** As it stands in logs and meters: {@code lock_held}. */
        public String reason() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether the order is still open, so that the lock of this attempt would only stand in the next one's way. */
    boolean leavesItToOthers() {
        return outcome == Outcome.FAILED || outcome == Outcome.REFUSED || outcome == Outcome.SCHEDULED;
    }

    public boolean isProcessed() {
        return outcome == Outcome.CONFIRMED || outcome == Outcome.REJECTED || outcome == Outcome.CANCELLED;
    }

    /** Whether this replica did what the hint was about. */
    boolean isDone() {
        return isProcessed() || outcome == Outcome.RETURNED;
    }
}
