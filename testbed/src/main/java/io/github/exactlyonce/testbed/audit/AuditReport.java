package io.github.exactlyonce.testbed.audit;

import java.util.List;
import java.util.Map;

/**
 * The result of an {@link Audit}.
 *
 * @param orders without those that were taken back
 * @param confirmed entries of the ledger, as are {@code rejected}
 * @param takenBack accepted orders that a failover of Redis took back without a trace
 * @param offenders what is wrong, and with what; empty if all is well
 */
public record AuditReport(
        int orders, long confirmed, long rejected, int takenBack, Map<Finding, List<String>> offenders) {

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
                + (takenBack == 0 ? "" : "; and %d that Redis took back in a failover".formatted(takenBack))
                + Findings.describe(offenders);
    }
}
