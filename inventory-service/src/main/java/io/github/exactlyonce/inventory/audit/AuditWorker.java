package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.inventory.InventoryProperties;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.dao.DataAccessException;

/**
 * The thread that audits the warehouses of a shard each {@code inventory.audit.interval}, or, on all replicas but one, asks for the
 * results. It has connections of its own: no order waits behind it.
 */
class AuditWorker extends PipelineWorker {

    private static final Logger log = LoggerFactory.getLogger("audit");

    private final Supplier<Set<Warehouse>> warehouses;
    private final Auditors auditors;
    private final AuditMeters meters;
    private final Duration interval;
    private final Semaphore wakeUps = new Semaphore(0);

    AuditWorker(
            Supplier<Set<Warehouse>> warehouses,
            Auditors auditors,
            AuditMeters meters,
            InventoryProperties properties,
            Pipelines pipelines) {
        super("audit", pipelines);
        this.warehouses = warehouses;
        this.auditors = auditors;
        this.meters = meters;
        this.interval = properties.audit().interval();
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        long due = System.nanoTime() + interval.toNanos();
        while (isRunning()) {
            wakeUps.tryAcquire(due - System.nanoTime(), TimeUnit.NANOSECONDS);
            if (isRunning() && System.nanoTime() - due >= 0) {
                tick(pipeline);
                due = System.nanoTime() + interval.toNanos();
            }
        }
    }

    @Override
    public void wakeUp() {
        wakeUps.release();
    }

    /** An audit that is cut off is gone on with by the next one. */
    @Override
    protected Duration finishLimit() {
        return Duration.ofSeconds(1);
    }

    void tick(Pipeline pipeline) throws InterruptedException {
        List<AuditReport> agreeing = new ArrayList<>();
        for (Warehouse warehouse : warehouses.get()) {
            if (Thread.interrupted()) {
                throw new InterruptedException();
            }
            tick(warehouse, pipeline).ifPresent(agreeing::add);
        }
        if (!agreeing.isEmpty()) {
            log.atInfo()
                    .addKeyValue("warehouses", agreeing.size())
                    .addKeyValue(
                            "entries", sum(agreeing, report -> report.replayed().entries()))
                    .addKeyValue(
                            "skus",
                            sum(agreeing, report -> report.found().drift().compared()))
                    .addKeyValue("ms", sum(agreeing, AuditReport::durationMs))
                    .log("stock, orders and ledger agree");
        }
    }

    /** @return the audit that this process has made, if nothing is to be said of it */
    private Optional<AuditReport> tick(Warehouse warehouse, Pipeline pipeline) throws InterruptedException {
        Optional<AuditReport> agreeing = Optional.empty();
        try {
            Auditor auditor = auditors.of(warehouse);
            AuditBook.Standing standing = auditor.hold(pipeline);
            if (standing.mine()) {
                AuditReport report = auditor.audit();
                if (report.clean()) {
                    agreeing = Optional.of(report);
                } else {
                    report(warehouse, report);
                }
                standing = auditor.hold(pipeline);
            }
            long now = standing.now();
            standing.last().ifPresent(last -> meters.show(warehouse, last, now));
        } catch (DataAccessException e) {
            log.warn("the audit of {} failed and goes on in {}: {}", warehouse, interval, e.getMessage());
        }
        return agreeing;
    }

    private static long sum(List<AuditReport> reports, ToLongFunction<AuditReport> value) {
        return reports.stream().mapToLong(value).sum();
    }

    private static void report(Warehouse warehouse, AuditReport report) {
        boolean found = !report.found().nothing();
        String message = found
                ? "stock, orders and ledger do not agree: GET /audit says where"
                : "the audit did not come to its end in time";
        log.atLevel(found ? Level.ERROR : Level.WARN)
                .addKeyValue("warehouse", warehouse)
                .addKeyValue("entries", report.replayed().entries())
                .addKeyValue("skus", report.found().drift().compared())
                .addKeyValue("ms", report.durationMs())
                .addKeyValue("driftUnits", report.found().drift().units())
                .addKeyValue("settledTwice", report.found().settledTwice().count())
                .addKeyValue(
                        "entriesWithoutOrder",
                        report.found().entriesWithoutOrder().count())
                .addKeyValue(
                        "settledWithoutEntry",
                        report.found().settledWithoutEntry().count())
                .addKeyValue("ledgerGaps", report.found().ledgerGaps())
                .log(message);
    }
}
