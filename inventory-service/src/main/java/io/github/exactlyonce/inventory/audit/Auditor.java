package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.audit.AuditReport.Offenders;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Makes the audits of a warehouse, one at a time. Whoever asks while one is made shares the next one, which begins after he asked, with all others who
 * ask meanwhile.
 */
class Auditor {

    /** What is not done after so long is left to the next audit. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final Warehouse warehouse;
    private final Pipelines pipelines;
    private final Replica replica;
    private final AuditBook book;
    private final LedgerReplay replay;
    private final Findings findings;
    private final ReentrantLock auditing = new ReentrantLock();
    private @Nullable FutureTask<AuditReport> next;

    Auditor(
            Warehouse warehouse,
            Pipelines pipelines,
            Replica replica,
            AuditBook book,
            LedgerReplay replay,
            Findings findings) {
        this.warehouse = warehouse;
        this.pipelines = pipelines;
        this.replica = replica;
        this.book = book;
        this.replay = replay;
        this.findings = findings;
    }

    /** @throws org.springframework.dao.DataAccessException if Redis does not answer, or refuses; what was done until then counts */
    AuditReport audit() throws InterruptedException {
        FutureTask<AuditReport> task;
        synchronized (this) {
            if (next == null) {
                next = new FutureTask<>(this::auditAlone);
            }
            task = next;
        }
        task.run(); // the first one runs it, and the others wait for its result
        try {
            return task.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                throw failure;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    /** From now on, what is there is right. Repeating it is safe. */
    void forget() {
        try (Pipeline pipeline = pipelines.open()) {
            replay.forget(pipeline);
        }
    }

    /** Asks whether this process is to audit, and for what is known. */
    AuditBook.Standing hold(Pipeline pipeline) {
        return book.hold(pipeline);
    }

    private AuditReport auditAlone() throws InterruptedException {
        try {
            auditing.lockInterruptibly();
        } finally {
            synchronized (this) {
                next = null;
            }
        }
        try (Pipeline pipeline = pipelines.open()) {
            return audit(pipeline, Deadline.in(LONGEST));
        } finally {
            auditing.unlock();
        }
    }

    private AuditReport audit(Pipeline pipeline, Deadline deadline) {
        long begin = System.nanoTime();
        long now = book.now(pipeline);
        Optional<String> begunAt = replay.advance(pipeline, deadline);
        StockComparison comparison = new StockComparison(warehouse, replay, pipeline, deadline).run();
        boolean lookedAtAll = findings.look(pipeline, deadline);
        AuditBook.State state = book.state(pipeline);
        Findings.Left left = findings.review(pipeline, state.forgottenAt());

        boolean complete = begunAt.isPresent() && comparison.isComplete() && lookedAtAll;
        AuditReport.Found found = new AuditReport.Found(
                comparison.drift(),
                Offenders.of(left.twice()),
                new Offenders(state.unmatched(), left.entries()),
                Offenders.of(left.bare()),
                state.gaps());
        AuditReport report = new AuditReport(
                complete && found.nothing(),
                complete,
                Instant.ofEpochMilli(now),
                replica.name(),
                Duration.ofNanos(System.nanoTime() - begin).toMillis(),
                found,
                OldestUnsettled.seconds(warehouse, pipeline, now),
                state.replayed(),
                state.round());
        if (complete) {
            book.conclude(pipeline, begunAt.get(), report);
        }
        return report;
    }
}
