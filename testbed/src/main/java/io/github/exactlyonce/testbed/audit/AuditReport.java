package io.github.exactlyonce.testbed.audit;

import java.util.List;
import java.util.Map;

/**
 * The result of an {@link Audit}.
 *
 * @param orders without those that were taken back
 * @param confirmed entries of the ledger, as are {@code rejected}
 * @param returned cancelled orders whose stock returned
 * @param cancelled orders that had taken nothing when they were cancelled
 * @param takenBack accepted orders that a failover of Redis took back without a trace, and cancellations that it took back
 * @param offenders what is wrong, and with what; empty if all is well
 */
public record AuditReport(
        int orders,
        long confirmed,
        long rejected,
        long returned,
        long cancelled,
        TakenBack takenBack,
        Map<Finding, List<String>> offenders) {

    /** What a failover of Redis took back that a client was told of. */
    public record TakenBack(int orders, int cancellations) {
        @Override
        public String toString() {
            return (orders == 0 ? "" : "; and %d that Redis took back in a failover".formatted(orders))
                    + (cancellations == 0
                            ? ""
                            : "; and %d that Redis took the cancellation back of".formatted(cancellations));
        }
    }

    public boolean isClean() {
        return offenders.isEmpty();
    }

    /** How many are wrong in this way. */
    public int count(Finding finding) {
        return offenders.getOrDefault(finding, List.of()).size();
    }

    /** For a person: the figures, then each finding with the first few offenders. */
    @Override
    public String toString() {
        return "%d orders: %d confirmed, %d rejected".formatted(orders, confirmed, rejected)
                + (returned + cancelled == 0
                        ? ""
                        : "; %d cancelled, %d of them after they were confirmed"
                                .formatted(returned + cancelled, returned))
                + takenBack
                + Findings.describe(offenders);
    }
}
