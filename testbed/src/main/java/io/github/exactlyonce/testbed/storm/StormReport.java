package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.testbed.audit.AuditReport;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a storm ended.
 *
 * @param violations what must not happen, in sentences; empty if all is well
 * @param audit null if it did not come to one
 * @param logs where those of all processes are
 */
record StormReport(
        StormOptions options, Tally tally, @Nullable AuditReport audit, List<String> violations, Path logs) {

    boolean isClean() {
        return violations.isEmpty();
    }

    @Override
    public String toString() {
        String verdict = isClean()
                ? "Every accepted order was settled exactly once."
                : "VIOLATED:%n  %s%nRepeat it with: %s"
                        .formatted(String.join("%n  ".formatted(), violations), options.command());
        return "%n%s%n%sLogs of all processes: %s%n%s"
                .formatted(tally, audit == null ? "" : "  " + audit + System.lineSeparator(), logs, verdict);
    }
}
