package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.inventory.Replica;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** One line {@code done} on the replica that did a job, and the meters of the scheduler. */
@Component
final class JobLog {

    private static final String UNKNOWN = "unknown";

    private static final Logger log = LoggerFactory.getLogger("jobs");

    private final Replica replica;
    private final JobHandlers handlers;
    private final MeterRegistry meters;
    private volatile long due;
    private volatile Duration oldest = Duration.ZERO;

    JobLog(Replica replica, JobHandlers handlers, MeterRegistry meters) {
        this.replica = replica;
        this.handlers = handlers;
        this.meters = meters;
        Gauge.builder("inventory.jobs.due", () -> due)
                .description("Jobs that were due when this replica last looked")
                .register(meters);
        Gauge.builder("inventory.jobs.oldest", () -> oldest.toNanos() / 1e9)
                .description("By how much the oldest of them was late")
                .baseUnit("seconds")
                .register(meters);
        handlers.kinds().forEach(this::registerAll);
    }

    /** @param leased claims that this replica holds now */
    void watch(IntSupplier leased) {
        Gauge.builder("inventory.jobs.leased", leased::getAsInt)
                .description("Jobs that this replica has claimed and not ended")
                .register(meters);
    }

    void looked(DueJobs.Claims claims) {
        due = claims.due();
        oldest = claims.oldest();
        claims.claims().forEach(claim -> count("claimed", claim.kind()));
    }

    void scheduled(String kind) {
        count("scheduled", kind);
    }

    void retried(Claim claim, String reason) {
        count("retried", claim.kind());
        log.atWarn()
                .addKeyValue("job", claim.member())
                .addKeyValue("replica", replica.name())
                .addKeyValue("attempts", claim.attempts())
                .log("failed and is tried again: {}", reason);
    }

    void dead(Claim claim) {
        count("dead", claim.kind());
    }

    void done(Claim claim) {
        Duration lateness = claim.lateness();
        count("done", claim.kind());
        latenessOf(claim.kind()).record(lateness);
        log.atInfo()
                .addKeyValue("job", claim.member())
                .addKeyValue("replica", replica.name())
                .addKeyValue("attempts", claim.attempts())
                .addKeyValue("lateMs", lateness.toMillis())
                .log("done");
    }

    private void registerAll(String kind) {
        for (String event : new String[] {"scheduled", "claimed", "done", "retried", "dead"}) {
            meters.counter("inventory.jobs." + event, "kind", kind);
        }
        latenessOf(kind);
    }

    private void count(String event, String kind) {
        meters.counter("inventory.jobs." + event, "kind", known(kind)).increment();
    }

    private Timer latenessOf(String kind) {
        return Timer.builder("inventory.jobs.lateness")
                .description("From a job's due time to its effect")
                .tag("kind", known(kind))
                .publishPercentileHistogram()
                .register(meters);
    }

    /** A member that somebody wrote by hand must not make a meter of its own. */
    private String known(String kind) {
        return handlers.of(kind).isPresent() ? kind : UNKNOWN;
    }
}
