package io.github.exactlyonce.testbed.audit;

import static io.github.exactlyonce.testbed.audit.Finding.DONE_AGAIN;
import static io.github.exactlyonce.testbed.audit.Finding.NEVER_DONE;

import java.util.List;
import java.util.Map;

/**
 * The result of a {@link JobAudit}. All times are Redis's.
 *
 * @param lateness milliseconds from due to done of each job that was done, sorted
 * @param firstDue Unix milliseconds, as is {@code lastEffect}
 * @param byWorker effects of each worker
 * @param offenders what is wrong, and with what; empty if all is well
 */
public record JobReport(
        int jobs,
        List<Long> lateness,
        long firstDue,
        long lastEffect,
        Map<String, Integer> byWorker,
        Map<Finding, List<String>> offenders) {

    public boolean isClean() {
        return offenders.isEmpty();
    }

    /** How many are wrong in this way. */
    public int count(Finding finding) {
        return offenders.getOrDefault(finding, List.of()).size();
    }

    /** @param percent by nearest rank; 100 is the maximum; -1 if no job was done */
    public long lateness(double percent) {
        int rank = (int) Math.ceil(percent / 100 * lateness.size());
        return lateness.isEmpty() ? -1 : lateness.get(Math.max(rank, 1) - 1);
    }

    /** Jobs from the first due time to the last effect, so it says something of speed only if they were due at once. */
    public double perSecond() {
        return jobs * 1_000.0 / Math.max(1, lastEffect - firstDue);
    }

    /** For a person: the figures in one line. */
    public String summary() {
        return "%d jobs: %d once, %d never, %d more often; %.0f/s; late p50 %d ms, p99 %d ms, max %d ms; by %s"
                .formatted(
                        jobs,
                        jobs - count(NEVER_DONE) - count(DONE_AGAIN),
                        count(NEVER_DONE),
                        count(DONE_AGAIN),
                        perSecond(),
                        lateness(50),
                        lateness(99),
                        lateness(100),
                        byWorker);
    }

    /** The summary, then each finding with the first few offenders. */
    @Override
    public String toString() {
        return summary() + Findings.describe(offenders);
    }
}
