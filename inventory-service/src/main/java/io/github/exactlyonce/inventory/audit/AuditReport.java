package io.github.exactlyonce.inventory.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What an audit found. The last complete one is also kept, as JSON, in {@code audit:{main}}.
 *
 * @param clean whether it is complete and nothing is wrong
 * @param complete whether it came to its end in time; if not, it found at least this much
 * @param auditedAt when it began, by Redis's clock
 * @param by the replica
 * @param oldestUnsettledSeconds see {@link OldestUnsettled}
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record AuditReport(
        boolean clean,
        boolean complete,
        Instant auditedAt,
        String by,
        long durationMs,
        Found found,
        double oldestUnsettledSeconds,
        Replayed replayed,
        Round round) {

    /** So many of each finding are named. */
    static final int MOST_OFFENDERS = 20;

    /**
     * What is wrong.
     *
     * @param settledTwice orders and stock changes with more than one entry in the ledger
     * @param entriesWithoutOrder entries that are not what a replica writes: their order's record is missing or says otherwise,
     *     or they cannot be read; all that were found since the beginning
     * @param settledWithoutEntry orders that are settled, and of which the ledger, which covers that time, says nothing, or
     *     something else
     * @param ledgerGaps how often entries were gone before any audit had seen them: nobody can say what they were
     */
    record Found(
            Drift drift,
            Offenders settledTwice,
            Offenders entriesWithoutOrder,
            Offenders settledWithoutEntry,
            long ledgerGaps) {

        boolean nothing() {
            return drift.skus()
                            + settledTwice.count()
                            + entriesWithoutOrder.count()
                            + settledWithoutEntry.count()
                            + ledgerGaps
                    == 0;
        }
    }

    /**
     * SKUs whose stock is not what the ledger says.
     *
     * @param compared SKUs that were looked at
     * @param skus that differ
     * @param units the sum of their differences, whatever their signs
     */
    record Drift(long compared, long skus, long units, List<Difference> offenders) {}

    /**
     * @param expected units that the ledger says
     * @param actual units in stock; absent if there is no such SKU, or its stock is no number
     * @param text what is there instead of a number
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Difference(
            String sku,
            long expected,
            @Nullable Long actual,
            @Nullable String text) {

        long units() {
            return Math.abs(actual == null ? expected : expected - actual);
        }
    }

    /** @param offenders the first of them */
    record Offenders(long count, List<String> offenders) {

        static Offenders of(List<String> all) {
            return new Offenders(all.size(), all.stream().limit(MOST_OFFENDERS).toList());
        }
    }

    /**
     * What the ledger was replayed on.
     *
     * @param begunAt when the stock was adopted as it was: what was wrong with it before is not seen
     * @param begunBecause {@code FIRST}, {@code FORGOTTEN} (by a {@code DELETE}), {@code LEDGER_TRIMMED} (entries were gone
     *     before any audit had seen them) or {@code CHECKPOINT_DAMAGED} (by a hand)
     * @param entries since then
     * @param checkpoint the last one
     */
    record Replayed(Instant begunAt, String begunBecause, long entries, String checkpoint) {}

    /**
     * Each audit looks for the entries of some orders, until it has been round; then it begins again.
     *
     * @param settled orders that this round has looked at
     * @param lastEndedAt when the last complete round came to its end
     * @param lastSettled orders that it looked at
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Round(
            long settled,
            @Nullable Instant lastEndedAt,
            @Nullable Long lastSettled) {}
}
