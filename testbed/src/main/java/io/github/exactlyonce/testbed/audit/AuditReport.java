package io.github.exactlyonce.testbed.audit;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * The result of an {@link Audit}.
 *
 * @param confirmed entries of the ledger, as are {@code rejected}
 * @param offenders what is wrong, and with what; empty if all is well
 */
public record AuditReport(int orders, long confirmed, long rejected, Map<Finding, List<String>> offenders) {

    private static final int SHOWN_OF_EACH = 5;

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
        StringBuilder text =
                new StringBuilder("%d orders: %d confirmed, %d rejected".formatted(orders, confirmed, rejected));
        offenders.forEach((finding, all) -> {
            text.append("%n  %s: %d".formatted(finding, all.size()));
            all.stream()
                    .limit(SHOWN_OF_EACH)
                    .forEach(one -> text.append("%n    ".formatted()).append(one));
            if (all.size() > SHOWN_OF_EACH) {
                text.append("%n    and %d more".formatted(all.size() - SHOWN_OF_EACH));
            }
        });
        return text.toString();
    }

    /** Collects while the audit runs. */
    static final class Findings {
        private final Map<Finding, List<String>> offenders = new EnumMap<>(Finding.class);

        void add(Finding finding, String offender) {
            offenders.computeIfAbsent(finding, key -> new ArrayList<>()).add(offender);
        }

        Map<Finding, List<String>> all() {
            return offenders;
        }
    }
}
