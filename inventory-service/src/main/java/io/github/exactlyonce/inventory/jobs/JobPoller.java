package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.Reply;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The thread that looks for due work, on a connection of its own: a long queue of messages never makes a lease run out.
 * Every replica has one; the claim sees to it that they share the work.
 *
 * <p>It sleeps until the next job is due, at the most for {@code jobs.poll-interval}; who schedules a job that is due
 * earlier wakes it through {@code job_updates}. A wake-up that is lost makes a job late by that interval, not more.
 */
@Component
public class JobPoller extends PipelineWorker {

    /** For ending and handing back what was begun, after {@code jobs.shutdown-grace}. */
    private static final Duration LAST_COMMANDS = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(JobPoller.class);

    private final DueJobs dueJobs;
    private final JobRunner runner;
    private final OutsideWork outside;
    private final JobHandlers handlers;
    private final JobProperties properties;
    private final JobLog jobLog;
    private final Alarm alarm;
    private volatile @Nullable Sweep wanted;
    private @Nullable Duration next;
    private boolean failing;

    JobPoller(
            DueJobs dueJobs,
            JobRunner runner,
            OutsideWork outside,
            JobHandlers handlers,
            JobProperties properties,
            JobLog jobLog,
            Alarm alarm,
            Pipelines pipelines) {
        super("due-jobs", pipelines);
        this.dueJobs = dueJobs;
        this.runner = runner;
        this.outside = outside;
        this.handlers = handlers;
        this.properties = properties;
        this.jobLog = jobLog;
        this.alarm = alarm;
    }

    /**
     * Makes the jobs of a kind due at once that nobody has claimed and that would come due within this time. Does not
     * block.
     */
    public void sweep(String kind, Duration window) {
        wanted = new Sweep(kind, window);
        alarm.ringNow();
    }

    /** A job may be due after so long that this replica does not know of. Does not block. */
    public void wake(Duration delay) {
        if (delay.compareTo(properties.pollInterval()) < 0) { // else it looks before that anyway
            alarm.ringIn(delay);
        }
    }

    /** Ends what is done, then claims and works on one batch of due jobs. @return how many were claimed */
    int tick(Pipeline pipeline) {
        runner.attend(pipeline);
        Reply<DueJobs.Claims> reply = dueJobs.claim(pipeline, handlers.kindsOutsideRedis(), outside.free());
        if (failed(reply)) {
            next = null;
            return 0;
        }
        next = reply.get().next();
        jobLog.looked(reply.get());
        List<Claim> claims = reply.get().claims();
        runner.run(pipeline, claims);
        return claims.size();
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        while (isRunning()) {
            sweepIfWanted(pipeline);
            if (tryTick(pipeline) == 0) { // else there may be more, or a pause that has begun meanwhile
                alarm.await(pause());
            }
        }
        finish(pipeline);
    }

    @Override
    protected void wakeUp() {
        alarm.ringNow();
    }

    @Override
    protected Duration finishLimit() {
        return properties.shutdownGrace().plus(LAST_COMMANDS);
    }

    /** How long there is nothing to do, as far as is known after the last {@link #tick}. */
    Duration pause() {
        Duration pause = properties.pollInterval();
        if (next != null && next.compareTo(pause) < 0) {
            pause = next;
        }
        if (outside.size() > 0 && outside.renewInterval().compareTo(pause) < 0) {
            pause = outside.renewInterval();
        }
        return pause;
    }

    /** Claims nothing any more: what runs may end within the grace time, and the rest is handed back at once. */
    void finish(Pipeline pipeline) throws InterruptedException {
        long deadline = System.nanoTime() + properties.shutdownGrace().toNanos();
        while (outside.size() > 0 && System.nanoTime() < deadline) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            alarm.await(left.compareTo(outside.renewInterval()) < 0 ? left : outside.renewInterval());
            runner.attend(pipeline);
        }
        if (runner.handBack(pipeline) > 0) {
            pipeline.sendAll(List.of("0"), (redis, now) -> redis.publish(RedisKeys.JOB_UPDATES, now));
        }
    }

    private int tryTick(Pipeline pipeline) {
        try {
            return tick(pipeline);
        } catch (RuntimeException e) { // a bug: without its thread nothing would be recovered
            log.error("due jobs failed; their leases will run out and they are tried again", e);
            return 0;
        }
    }

    private void sweepIfWanted(Pipeline pipeline) {
        Sweep sweep = wanted;
        wanted = null;
        if (sweep == null) {
            return;
        }
        Reply<Long> moved = dueJobs.sweep(pipeline, sweep.kind(), sweep.window());
        if (!failed(moved) && moved.get() > 0) {
            log.info("{} jobs of kind {} are due at once", moved.get(), sweep.kind());
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

    private record Sweep(String kind, Duration window) {}
}
