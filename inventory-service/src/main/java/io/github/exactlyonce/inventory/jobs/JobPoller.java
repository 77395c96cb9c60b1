package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.inventory.deadletters.DeadLetters;
import io.github.exactlyonce.inventory.warehouses.Lanes;
import io.github.exactlyonce.inventory.warehouses.ServedWarehouses;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/**
 * Looks for due work in all warehouses that this replica serves: a {@link JobLane} for each shard.
 *
 * <p>Who schedules a job that is due earlier than all others wakes it through {@code job_updates}. A wake-up that is lost
 * makes a job late by {@code jobs.poll-interval}, not more.
 */
@Component
public class JobPoller {

    private final DueJobs dueJobs;
    private final JobEffects effects;
    private final DeadLetters deadLetters;
    private final JobHandlers handlers;
    private final JobProperties properties;
    private final JobLog jobLog;
    private final Channels channels;
    private final Pipelines pipelines;
    private final Lanes<JobLane> lanes;

    JobPoller(
            DueJobs dueJobs,
            JobEffects effects,
            DeadLetters deadLetters,
            JobHandlers handlers,
            JobProperties properties,
            JobLog jobLog,
            Channels channels,
            Pipelines pipelines,
            ServedWarehouses served) {
        this.dueJobs = dueJobs;
        this.effects = effects;
        this.deadLetters = deadLetters;
        this.handlers = handlers;
        this.properties = properties;
        this.jobLog = jobLog;
        this.channels = channels;
        this.pipelines = pipelines;
        this.lanes = served.lanes(this::open);
        jobLog.watch(() -> lanes.workers().stream().mapToInt(JobLane::leased).sum());
    }

    /**
     * Makes the jobs of these kinds due at once that nobody has claimed and that would come due within this time. Does not
     * block.
     */
    public void sweep(Warehouse warehouse, List<String> kinds, Duration window) {
        JobLane lane = lanes.of(warehouse);
        if (lane != null) {
            lane.sweep(warehouse, kinds, window);
        }
    }

    /** A job may be due after so long that this replica does not know of. Does not block. */
    public void wake(Warehouse warehouse, Duration delay) {
        JobLane lane = lanes.of(warehouse);
        if (lane != null) {
            lane.wake(warehouse, delay);
        }
    }

    Lanes<JobLane> lanes() {
        return lanes;
    }

    JobLane open(Supplier<Set<Warehouse>> warehouses) {
        Alarm alarm = new Alarm();
        OutsideWork outside = new OutsideWork(dueJobs, effects, properties, alarm);
        JobRunner runner = new JobRunner(handlers, outside, dueJobs, deadLetters, properties, jobLog);
        return new JobLane(
                warehouses, alarm, outside, runner, dueJobs, handlers, properties, jobLog, channels, pipelines);
    }
}
