package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.inventory.processing.OrdersProperties;
import io.github.exactlyonce.inventory.redis.Pipeline;
import io.github.exactlyonce.inventory.redis.PipelineWorker;
import io.github.exactlyonce.inventory.redis.Pipelines;
import io.github.exactlyonce.inventory.redis.Reply;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The thread that looks for due work, on a connection of its own: a long queue of messages never makes a lease run out.
 * Every replica has one; the claim sees to it that they share the work.
 */
@Component
public class JobPoller extends PipelineWorker {

    private static final Logger log = LoggerFactory.getLogger(JobPoller.class);

    private final DueJobs dueJobs;
    private final OrderRecovery recovery;
    private final JobProperties properties;
    private final OrdersProperties orders;
    private final Semaphore sweepWanted = new Semaphore(0);
    private volatile long due;
    private boolean failing;

    JobPoller(
            DueJobs dueJobs,
            OrderRecovery recovery,
            JobProperties properties,
            OrdersProperties orders,
            Pipelines pipelines,
            MeterRegistry meters) {
        super("due-jobs", pipelines);
        this.dueJobs = dueJobs;
        this.recovery = recovery;
        this.properties = properties;
        this.orders = orders;
        Gauge.builder("inventory.jobs.due", () -> due)
                .description("Jobs that were due when this replica last looked")
                .register(meters);
    }

    /** Hints may have been missed: makes the orders due at once that are still waiting for theirs. Does not block. */
    public void sweep() {
        sweepWanted.release();
    }

    /** Claims and works on one batch of due jobs. @return how many were claimed */
    int tick(Pipeline pipeline) {
        Reply<DueJobs.Claims> reply = dueJobs.claim(pipeline);
        if (failed(reply)) {
            return 0;
        }
        due = reply.get().due();
        if (!reply.get().claims().isEmpty()) {
            recovery.recover(pipeline, reply.get().claims());
        }
        return reply.get().claims().size();
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        while (isRunning()) {
            if (sweepWanted.drainPermits() > 0) {
                sweep(pipeline);
            }
            if (tryTick(pipeline) < properties.claimLimit()
                    && sweepWanted.tryAcquire(properties.pollInterval().toMillis(), TimeUnit.MILLISECONDS)) {
                sweepWanted.release();
            }
        }
    }

    @Override
    protected void wakeUp() {
        sweepWanted.release();
    }

    private int tryTick(Pipeline pipeline) {
        try {
            return tick(pipeline);
        } catch (RuntimeException e) { // a bug: without its thread nothing would be recovered
            log.error("due jobs failed; their leases will run out and they are tried again", e);
            return 0;
        }
    }

    private void sweep(Pipeline pipeline) {
        Reply<Long> moved = dueJobs.sweep(pipeline, orders.grace());
        if (!failed(moved) && moved.get() > 0) {
            log.info("{} orders are due at once: their messages may have been missed", moved.get());
        }
    }

    private boolean failed(Reply<?> reply) {
        if (reply.isFailure() && !failing) {
            log.warn(
                    "looking for due jobs failed, trying again each {}: {}", properties.pollInterval(), reply.reason());
        }
        failing = reply.isFailure();
        return failing;
    }
}
