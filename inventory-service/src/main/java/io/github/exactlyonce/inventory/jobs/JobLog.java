package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.Replica;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/** One line {@code done} on the replica that did a job, and the meters of the scheduler. */
@Component
final class JobLog {

    private static final Logger log = LoggerFactory.getLogger("jobs");

    private final Replica replica;
    private final MeterRegistry meters;
    private final Map<String, KindMeters> byKind = new HashMap<>();
    private final KindMeters unknown;

    /** Of the warehouses in which any job was due when this replica last looked. */
    private final Map<Warehouse, Backlog> backlogs = new ConcurrentHashMap<>();

    JobLog(Replica replica, JobHandlers handlers, MeterRegistry meters) {
        this.replica = replica;
        this.meters = meters;
        Gauge.builder(
                        "inventory.jobs.due",
                        () -> backlogs.values().stream().mapToLong(Backlog::due).sum())
                .description("Jobs that were due when this replica last looked")
                .register(meters);
        Gauge.builder("inventory.jobs.oldest", this::secondsOfOldest)
                .description("By how much the oldest of them was late")
                .baseUnit("seconds")
                .register(meters);
        handlers.kinds().forEach(kind -> byKind.put(kind, KindMeters.register(kind, meters)));
        this.unknown = KindMeters.register("unknown", meters);
    }

    /** @param leased claims that this replica holds now */
    void watch(IntSupplier leased) {
        Gauge.builder("inventory.jobs.leased", leased::getAsInt)
                .description("Jobs that this replica has claimed and not ended")
                .register(meters);
    }

    void looked(Warehouse warehouse, DueJobs.Claims claims) {
        if (claims.due() > 0) {
            backlogs.put(warehouse, new Backlog(claims.due(), claims.oldest()));
        } else if (claims.due()
                == 0) { // below, nothing is known, and "none is due" would be wrong just when jobs are late
            backlogs.remove(warehouse);
        }
        claims.claims().forEach(claim -> of(claim).claimed().increment());
    }

    void scheduled(String kind) {
        byKind.getOrDefault(kind, unknown).scheduled().increment();
    }

    void retried(Claim claim, String reason) {
        of(claim).retried().increment();
        line(log.atWarn(), claim).log("failed and is tried again: {}", reason);
    }

    void postponed(Claim claim, String reason) {
        line(log.atInfo(), claim).log("put off: {}", reason);
    }

    void dead(Claim claim) {
        of(claim).dead().increment();
    }

    void done(Claim claim) {
        Duration lateness = claim.lateness();
        of(claim).done().increment();
        of(claim).lateness().record(lateness);
        line(log.atInfo(), claim).addKeyValue("lateMs", lateness.toMillis()).log("done");
    }

    /** A member that somebody wrote by hand must not make a meter of its own. */
    private KindMeters of(Claim claim) {
        return byKind.getOrDefault(claim.kind(), unknown);
    }

    private double secondsOfOldest() {
        return backlogs.values().stream()
                .mapToDouble(backlog -> backlog.oldest().toNanos() / 1e9)
                .max()
                .orElse(0);
    }

    private LoggingEventBuilder line(LoggingEventBuilder line, Claim claim) {
        if (!claim.warehouse().isMain()) {
            line = line.addKeyValue("warehouse", claim.warehouse());
        }
        return line.addKeyValue("job", claim.member())
                .addKeyValue("replica", replica.name())
                .addKeyValue("attempts", claim.attempts());
    }

    private record Backlog(long due, Duration oldest) {}

    /** What is counted of one kind of work. */
    private record KindMeters(
            Counter scheduled, Counter claimed, Counter done, Counter retried, Counter dead, Timer lateness) {

        static KindMeters register(String kind, MeterRegistry meters) {
            Function<String, Counter> counter = event -> meters.counter("inventory.jobs." + event, "kind", kind);
            return new KindMeters(
                    counter.apply("scheduled"),
                    counter.apply("claimed"),
                    counter.apply("done"),
                    counter.apply("retried"),
                    counter.apply("dead"),
                    Timer.builder("inventory.jobs.lateness")
                            .description("From a job's due time to its effect")
                            .tag("kind", kind)
                            .publishPercentileHistogram()
                            .register(meters));
        }
    }
}
