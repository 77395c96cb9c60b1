package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.inventory.jobs.JobHandler.AtLeastOnce;
import io.github.exactlyonce.inventory.jobs.JobHandler.AtMostOnce;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;

/**
 * The jobs of one lane whose effects are outside Redis: {@code jobs.workers} threads work on them, and the poller's thread, which all
 * methods here are for, claims no more of them than there are free threads, renews their leases, and ends them.
 */
final class OutsideWork {

    /** A worker without work ends after so long. */
    private static final Duration IDLE = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(OutsideWork.class);

    private final DueJobs dueJobs;
    private final JobEffects effects;
    private final JobProperties properties;
    private final Alarm alarm;
    private final ThreadPoolExecutor workers;
    private final List<RunningJob> running = new ArrayList<>();
    private volatile int size;
    private long renewedAt = System.nanoTime();

    OutsideWork(DueJobs dueJobs, JobEffects effects, JobProperties properties, Alarm alarm) {
        this.dueJobs = dueJobs;
        this.effects = effects;
        this.properties = properties;
        this.alarm = alarm;
        CustomizableThreadFactory threads = new CustomizableThreadFactory("job-worker-");
        threads.setDaemon(true);
        this.workers = new ThreadPoolExecutor(
                properties.workers(),
                properties.workers(),
                IDLE.toMillis(),
                TimeUnit.MILLISECONDS,
                new LinkedBlockingQueue<>(), // never more in it than there are workers
                threads);
        workers.allowCoreThreadTimeOut(true);
    }

    int free() {
        return Math.max(0, properties.workers() - running.size());
    }

    /** For any thread. */
    int size() {
        return size;
    }

    /** Whether no worker is busy any more, seen by {@link #attend} or not. */
    boolean haveAllEnded() {
        return running.stream().allMatch(RunningJob::isEnded);
    }

    /** A third of a lease: one renewal may fail and the lease is still ours. */
    Duration renewInterval() {
        return properties.lease().dividedBy(3);
    }

    /** @return the results of those that did not begin */
    Map<Claim, JobResult> begin(Pipeline pipeline, JobHandler handler, List<Claim> claims) {
        Map<Claim, JobResult> failed = new LinkedHashMap<>();
        List<Reply<Map<String, String>>> records =
                pipeline.sendAll(claims, (redis, claim) -> redis.hgetall(RedisKeys.job(claim.warehouse(), claim.id())));
        List<Claim> begun = new ArrayList<>();
        List<Job> jobs = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            Claim claim = claims.get(i);
            if (records.get(i).isFailure()) {
                failed.put(claim, JobResult.failed(records.get(i)));
            } else {
                begun.add(claim);
                jobs.add(job(claim, records.get(i).get()));
            }
        }
        if (handler instanceof AtMostOnce atMostOnce) {
            beginAtMostOnce(pipeline, atMostOnce, begun, jobs, failed);
        } else if (handler instanceof AtLeastOnce atLeastOnce) {
            for (int i = 0; i < begun.size(); i++) {
                Job job = jobs.get(i);
                submit(begun.get(i), true, () -> atLeastOnce.work(job));
            }
        }
        return failed;
    }

    /** Ends what is done and renews what is not. @return what became of the jobs that ended */
    Map<Claim, JobResult> attend(Pipeline pipeline) {
        if (System.nanoTime() - renewedAt >= renewInterval().toNanos()) {
            renew(pipeline);
        }
        Map<Claim, JobResult> results = new LinkedHashMap<>();
        List<RunningJob> done = new ArrayList<>();
        for (RunningJob job : List.copyOf(running)) {
            if (!job.isEnded()) {
                continue;
            }
            if (job.isToBeFinished()) {
                done.add(job);
            } else {
                running.remove(job);
                results.put(job.claim, job.result());
            }
        }
        finish(pipeline, done, results);
        size = running.size();
        return results;
    }

    /**
     * Interrupts what still runs and hands it back at once, so that another replica takes it.
     *
     * @param results takes what became of the jobs that cannot be handed back
     * @return the warehouses of those that were handed back
     */
    Set<Warehouse> handBack(Pipeline pipeline, Map<Claim, JobResult> results) {
        List<DueJobs.Again> again = new ArrayList<>();
        for (RunningJob job : running) {
            if (!job.endsWithItsWork && job.isEnded()) {
                results.put(job.claim, job.result());
                continue;
            }
            job.interrupt();
            if (job.endsWithItsWork) {
                again.add(new DueJobs.Again(job.claim, Duration.ZERO, job.claim.attempts() - 1, ""));
            } else {
                results.put(job.claim, JobResult.dead("cut off by the end of its replica"));
            }
        }
        if (!again.isEmpty()) {
            dueJobs.rescheduleAll(pipeline, again);
            log.info("{} jobs were not done in time and are handed back", again.size());
        }
        running.clear();
        size = 0;
        return again.stream().map(job -> job.claim().warehouse()).collect(Collectors.toSet());
    }

    private void beginAtMostOnce(
            Pipeline pipeline, AtMostOnce handler, List<Claim> claims, List<Job> jobs, Map<Claim, JobResult> notBegun) {
        List<Reply<JobResult>> ended = effects.finish(pipeline, EffectScript.NONE, noEffects(claims));
        for (int i = 0; i < claims.size(); i++) {
            Reply<JobResult> reply = ended.get(i);
            Job job = jobs.get(i);
            if (reply.isFailure()) { // perhaps it was ended: then it must not begin
                log.atWarn().addKeyValue("job", job.member()).log("not begun: {}", reply.reason());
                notBegun.put(claims.get(i), JobResult.left());
            } else if (reply.get().kind() == JobResult.Kind.DONE) {
                submit(claims.get(i).renewed(""), false, () -> handler.work(job));
            } else {
                notBegun.put(claims.get(i), reply.get());
            }
        }
    }

    private void submit(Claim claim, boolean endsWithItsWork, RunningJob.Work work) {
        RunningJob job = new RunningJob(claim, endsWithItsWork, work, alarm::ringNow);
        running.add(job);
        job.start(workers);
        size = running.size();
    }

    private void finish(Pipeline pipeline, List<RunningJob> done, Map<Claim, JobResult> results) {
        List<Reply<JobResult>> replies = effects.finish(
                pipeline,
                EffectScript.NONE,
                noEffects(done.stream().map(job -> job.claim).toList()));
        for (int i = 0; i < done.size(); i++) {
            if (!replies.get(i).isFailure()) { // else it is tried again, as long as the lease is ours
                running.remove(done.get(i));
                results.put(done.get(i).claim, replies.get(i).get());
            }
        }
    }

    private void renew(Pipeline pipeline) {
        List<RunningJob> leased = running.stream()
                .filter(job -> job.endsWithItsWork && !job.isLost)
                .toList();
        List<Reply<Claim>> replies =
                dueJobs.renewAll(pipeline, leased.stream().map(job -> job.claim).toList());
        for (int i = 0; i < leased.size(); i++) {
            RunningJob job = leased.get(i);
            Reply<Claim> reply = replies.get(i);
            if (reply.value() != null) {
                job.claim = reply.value();
            } else if (!reply.isFailure()) {
                log.atWarn().addKeyValue("job", job.claim.member()).log("lease lost: the work is interrupted");
                job.lose();
            }
        }
        renewedAt = System.nanoTime();
    }

    private static List<JobEffect> noEffects(List<Claim> claims) {
        return claims.stream()
                .map(claim -> new JobEffect(claim, List.of(), List.of()))
                .toList();
    }

    /** A record of the same id that belongs to other work is not this job's. */
    private static Job job(Claim claim, Map<String, String> record) {
        boolean isItsOwn = claim.member().equals(record.get("work"));
        return new Job(claim.warehouse(), claim.member(), claim.attempts(), isItsOwn ? Map.copyOf(record) : Map.of());
    }
}
