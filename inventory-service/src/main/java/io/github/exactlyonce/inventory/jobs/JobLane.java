package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread that looks for due work in the warehouses of one shard, on a connection of its own: a long queue of messages
 * never makes a lease run out. Every replica has one; the claim sees to it that they share the work.
 *
 * <p>It looks at a warehouse when its next job is due, at the most {@code jobs.poll-interval} after the last time, and at all
 * for which that is so in one flush. Together they are claimed as many jobs as {@code jobs.claim-limit} says.
 */
final class JobLane extends PipelineWorker {

    /** For ending and handing back what was begun, after {@code jobs.shutdown-grace}. */
    private static final Duration LAST_COMMANDS = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(JobLane.class);

    final OutsideWork outside;
    final JobRunner runner;
    final Alarm alarm;

    private final Supplier<Set<Warehouse>> warehouses;
    private final Channels channels;
    private final DueJobs dueJobs;
    private final JobHandlers handlers;
    private final JobProperties properties;
    private final JobLog jobLog;
    private final ConcurrentMap<Warehouse, Sweep> wanted = new ConcurrentHashMap<>();

    /** Where jobs were left due because other warehouses had the last free workers; who has waited longest is the first. */
    private final Set<Warehouse> waitForWorkers = new LinkedHashSet<>();

    private Set<Warehouse> known = Set.of();
    private boolean failing;

    JobLane(
            Supplier<Set<Warehouse>> warehouses,
            Alarm alarm,
            OutsideWork outside,
            JobRunner runner,
            DueJobs dueJobs,
            JobHandlers handlers,
            JobProperties properties,
            JobLog jobLog,
            Channels channels,
            Pipelines pipelines) {
        super("due-jobs", pipelines);
        this.warehouses = warehouses;
        this.channels = channels;
        this.alarm = alarm;
        this.outside = outside;
        this.runner = runner;
        this.dueJobs = dueJobs;
        this.handlers = handlers;
        this.properties = properties;
        this.jobLog = jobLog;
    }

    void sweep(Warehouse warehouse, List<String> kinds, Duration window) {
        wanted.put(warehouse, new Sweep(kinds, window));
        alarm.ringIn(warehouse, Duration.ZERO);
    }

    void wake(Warehouse warehouse, Duration delay) {
        if (delay.compareTo(properties.pollInterval()) < 0) { // else it looks before that anyway
            alarm.ringIn(warehouse, delay);
        }
    }

    /** For any thread. */
    int leased() {
        return runner.leased();
    }

    /** Ends what is done, then claims and works on one batch of due jobs of these warehouses. @return how many were claimed */
    int tick(Pipeline pipeline, List<Warehouse> looks) {
        runner.attend(pipeline);
        List<DueJobs.Share> shares = shares(firstThoseThatWait(looks));
        List<Reply<DueJobs.Claims>> replies = dueJobs.claimAll(pipeline, shares, handlers.kindsOutsideRedis());
        List<Claim> claims = new ArrayList<>();
        String failure = "";
        for (int i = 0; i < shares.size(); i++) {
            Warehouse warehouse = shares.get(i).warehouse();
            Reply<DueJobs.Claims> reply = replies.get(i);
            if (reply.isFailure()) {
                failure = reply.reason();
                alarm.ringIn(warehouse, properties.pollInterval());
            } else {
                jobLog.looked(warehouse, reply.get());
                claims.addAll(reply.get().claims());
                lookAgain(shares.get(i), reply.get());
            }
        }
        report(failure);
        runner.run(pipeline, claims);
        return claims.size();
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        while (isRunning()) {
            lookAround();
            tryTick(pipeline, alarm.await(pause(), properties.claimLimit()));
        }
        finish(pipeline);
    }

    @Override
    public void wakeUp() {
        alarm.ringNow();
    }

    @Override
    protected Duration finishLimit() {
        return properties.shutdownGrace().plus(LAST_COMMANDS);
    }

    /** How long there is nothing to do, as far as is known after the last {@link #tick}. */
    Duration pause() {
        Duration pause = alarm.untilNext(properties.pollInterval());
        return outside.size() > 0 && outside.renewInterval().compareTo(pause) < 0 ? outside.renewInterval() : pause;
    }

    /** Claims nothing any more: what runs may end within the grace time, and the rest is handed back at once. */
    void finish(Pipeline pipeline) throws InterruptedException {
        long deadline = System.nanoTime() + properties.shutdownGrace().toNanos();
        while (outside.size() > 0 && System.nanoTime() < deadline) {
            Duration left = Duration.ofNanos(Math.max(0, deadline - System.nanoTime()));
            alarm.await(left.compareTo(outside.renewInterval()) < 0 ? left : outside.renewInterval(), 0);
            runner.attend(pipeline);
        }
        Set<Warehouse> handedBack = runner.handBack(pipeline);
        pipeline.sendAll(
                List.copyOf(handedBack),
                (redis, warehouse) -> Channels.publish(redis, channels.jobUpdates(warehouse), "0"));
    }

    /** Warehouses come, and move to the lanes of other shards. */
    private void lookAround() {
        Set<Warehouse> now = warehouses.get();
        if (now != known) {
            now.stream()
                    .filter(warehouse -> !known.contains(warehouse))
                    .forEach(warehouse -> alarm.ringIn(warehouse, Duration.ZERO));
            known.stream().filter(warehouse -> !now.contains(warehouse)).forEach(alarm::forget);
            known = now;
        }
    }

    /** Whoever had a worker last goes behind those who had none. */
    private List<Warehouse> firstThoseThatWait(List<Warehouse> looks) {
        if (outside.free() == 0 || waitForWorkers.isEmpty()) {
            return looks;
        }
        Set<Warehouse> all = new LinkedHashSet<>(waitForWorkers);
        all.addAll(looks);
        waitForWorkers.clear();
        return List.copyOf(all);
    }

    /** The first ones get the workers that are over. */
    private List<DueJobs.Share> shares(List<Warehouse> looks) {
        if (looks.isEmpty()) {
            return List.of();
        }
        int limit = Math.max(1, properties.claimLimit() / looks.size());
        int free = outside.free();
        List<DueJobs.Share> shares = new ArrayList<>();
        for (int i = 0; i < looks.size(); i++) {
            int workers = free / looks.size() + (i < free % looks.size() ? 1 : 0);
            shares.add(new DueJobs.Share(looks.get(i), limit, workers));
        }
        return shares;
    }

    private void lookAgain(DueJobs.Share share, DueJobs.Claims claims) {
        if (!claims.claims().isEmpty()) {
            alarm.ringIn(share.warehouse(), Duration.ZERO); // there may be more
            return;
        }
        if (claims.due() > 0 && share.workers() == 0) {
            waitForWorkers.add(share.warehouse());
        }
        Duration pause = properties.pollInterval();
        alarm.ringIn(
                share.warehouse(), claims.next() != null && claims.next().compareTo(pause) < 0 ? claims.next() : pause);
    }

    private void tryTick(Pipeline pipeline, List<Warehouse> looks) {
        try {
            sweepIfWanted(pipeline, looks);
            tick(pipeline, looks);
        } catch (RuntimeException e) { // a bug: without its thread nothing would be recovered
            log.error("due jobs failed; their leases will run out and they are tried again", e);
            looks.forEach(warehouse -> alarm.ringIn(warehouse, properties.pollInterval()));
        }
    }

    private void sweepIfWanted(Pipeline pipeline, List<Warehouse> looks) {
        Map<Warehouse, Sweep> sweeps = new HashMap<>();
        for (Warehouse warehouse : looks) {
            Sweep sweep = wanted.remove(warehouse);
            if (sweep != null) {
                sweeps.put(warehouse, sweep);
            }
        }
        String failure = "";
        for (Map.Entry<Warehouse, Sweep> each : sweeps.entrySet()) {
            Sweep sweep = each.getValue();
            if (failure.isEmpty()) { // else the others would wait for the same node, one after the other
                Reply<Long> moved = dueJobs.sweep(pipeline, each.getKey(), sweep.kinds(), sweep.window());
                failure = moved.reason();
                if (!moved.isFailure() && moved.get() > 0) {
                    log.info("{} jobs of kinds {} are due at once", moved.get(), sweep.kinds());
                }
            }
            if (!failure.isEmpty()) {
                wanted.putIfAbsent(each.getKey(), sweep); // at the next look
            }
        }
    }

    /** @param failure empty if there was none */
    private void report(String failure) {
        if (!failure.isEmpty() && !failing) {
            log.warn("looking for due jobs failed, trying again each {}: {}", properties.pollInterval(), failure);
        }
        failing = !failure.isEmpty();
    }

    private record Sweep(List<String> kinds, Duration window) {}
}
