package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.inventory.InventoryProperties;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * The thread that audits each {@code inventory.audit.interval}, or, on all replicas but one, asks for the result. It has
 * connections of its own: no order waits behind it.
 */
@Component
class AuditWorker extends PipelineWorker {

    private static final Logger log = LoggerFactory.getLogger("audit");

    private final AuditBook book;
    private final Auditor auditor;
    private final AuditMeters meters;
    private final Duration interval;
    private final Semaphore stopping = new Semaphore(0);

    AuditWorker(
            AuditBook book, Auditor auditor, AuditMeters meters, InventoryProperties properties, Pipelines pipelines) {
        super("audit", pipelines);
        this.book = book;
        this.auditor = auditor;
        this.meters = meters;
        this.interval = properties.audit().interval();
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        while (isRunning() && !stopping.tryAcquire(interval.toMillis(), TimeUnit.MILLISECONDS)) {
            tick(pipeline);
        }
    }

    @Override
    protected void wakeUp() {
        stopping.release();
    }

    /** An audit that is cut off is gone on with by the next one. */
    @Override
    protected Duration finishLimit() {
        return Duration.ofSeconds(1);
    }

    void tick(Pipeline pipeline) throws InterruptedException {
        try {
            AuditBook.Standing standing = book.hold(pipeline);
            if (standing.mine()) {
                AuditReport report = auditor.audit();
                report(report);
                standing = book.hold(pipeline);
            }
            long now = standing.now();
            standing.last().ifPresent(last -> meters.show(last, now));
        } catch (DataAccessException e) {
            log.warn("the audit failed and goes on in {}: {}", interval, e.getMessage());
        }
    }

    private static void report(AuditReport report) {
        Level level = Level.INFO;
        String message = "stock, orders and ledger agree";
        if (!report.found().nothing()) {
            level = Level.ERROR;
            message = "stock, orders and ledger do not agree: GET /audit says where";
        } else if (!report.complete()) {
            level = Level.WARN;
            message = "the audit did not come to its end in time";
        }
        log.atLevel(level)
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
