package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.inventory.deadletters.DeadLetters;
import io.github.exactlyonce.inventory.jobs.JobHandler.ExactlyOnce;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Gives claimed jobs to the handlers of their kinds, and does with each job what its result asks for: it is tried again
 * after a pause, or put with the dead letters. So a job that cannot be done never ends in a loop. For the poller's thread.
 */
final class JobRunner {

    private static final Logger log = LoggerFactory.getLogger(JobRunner.class);

    private final JobHandlers handlers;
    private final OutsideWork outside;
    private final DueJobs dueJobs;
    private final DeadLetters deadLetters;
    private final JobProperties properties;
    private final JobLog jobLog;
    private volatile int inBatch;

    JobRunner(
            JobHandlers handlers,
            OutsideWork outside,
            DueJobs dueJobs,
            DeadLetters deadLetters,
            JobProperties properties,
            JobLog jobLog) {
        this.handlers = handlers;
        this.outside = outside;
        this.dueJobs = dueJobs;
        this.deadLetters = deadLetters;
        this.properties = properties;
        this.jobLog = jobLog;
    }

    /** Claims that are held now. For any thread. */
    int leased() {
        return inBatch + outside.size();
    }

    /** Works on claims. Those with effects outside Redis have only begun when this returns. */
    void run(Pipeline pipeline, List<Claim> claims) {
        inBatch = claims.size();
        Map<Claim, JobResult> results = new LinkedHashMap<>();
        Map<JobHandler, List<Claim>> byHandler = new LinkedHashMap<>();
        for (Claim claim : claims) {
            Optional<JobHandler> handler = handlers.of(claim.kind());
            if (handler.isEmpty()) {
                results.put(claim, JobResult.dead("nothing here knows this kind of work"));
            } else if (claim.attempts() > properties.maxAttempts()) {
                results.put(
                        claim,
                        JobResult.dead("gave up: " + properties.maxAttempts() + " attempts and none came to an end"));
            } else {
                byHandler
                        .computeIfAbsent(handler.get(), any -> new ArrayList<>())
                        .add(claim);
            }
        }
        byHandler.forEach((handler, theirs) -> {
            if (handler instanceof ExactlyOnce inRedis) {
                results.putAll(work(pipeline, inRedis, theirs));
            } else {
                results.putAll(outside.begin(pipeline, handler, theirs));
            }
        });
        inBatch = 0;
        end(pipeline, results);
    }

    /** Ends what has been done outside Redis meanwhile, and keeps the leases of the rest. */
    void attend(Pipeline pipeline) {
        end(pipeline, outside.attend(pipeline));
    }

    /** Gives up what is still running. @return the warehouses in which jobs are due again because of it */
    Set<Warehouse> handBack(Pipeline pipeline) {
        attend(pipeline); // what has ended meanwhile must neither be repeated nor be taken for cut off
        Map<Claim, JobResult> results = new LinkedHashMap<>();
        Set<Warehouse> handedBack = outside.handBack(pipeline, results);
        end(pipeline, results);
        return handedBack;
    }

    private static Map<Claim, JobResult> work(Pipeline pipeline, ExactlyOnce handler, List<Claim> claims) {
        Map<Claim, JobResult> results = new LinkedHashMap<>();
        try {
            List<JobResult> answers = handler.work(pipeline, claims);
            for (int i = 0; i < claims.size(); i++) {
                results.put(claims.get(i), answers.get(i));
            }
        } catch (RuntimeException e) {
            log.error("the handler of {} jobs failed", handler.kind(), e);
            claims.forEach(claim -> results.put(claim, JobResult.retry(String.valueOf(e))));
        }
        return results;
    }

    private void end(Pipeline pipeline, Map<Claim, JobResult> results) {
        List<DueJobs.Again> again = new ArrayList<>();
        Map<Claim, DeadLetters.Job> dead = new LinkedHashMap<>();
        results.forEach((claim, result) -> {
            switch (result.kind()) {
                case DONE -> jobLog.done(claim);
                case LEFT -> {}
                case POSTPONED -> {
                    jobLog.postponed(claim, result.reason());
                    again.add(again(claim, claim.attempts() - 1, ""));
                }
                case DEAD -> dead.put(claim, letter(claim, result.reason()));
                case RETRY -> {
                    if (claim.attempts() >= properties.maxAttempts()) {
                        String reason = "gave up after " + claim.attempts() + " attempts: " + result.reason();
                        dead.put(claim, letter(claim, reason));
                    } else {
                        again.add(again(claim, claim.attempts(), result.reason()));
                    }
                }
            }
        });
        reschedule(pipeline, again);
        bury(pipeline, dead);
    }

    private void reschedule(Pipeline pipeline, List<DueJobs.Again> again) {
        List<Reply<Boolean>> replies = dueJobs.rescheduleAll(pipeline, again);
        int unknown = 0;
        for (int i = 0; i < again.size(); i++) {
            if (replies.get(i).isFailure()) {
                unknown++;
            } else if (replies.get(i).get() && !again.get(i).failure().isEmpty()) {
                jobLog.retried(again.get(i).claim(), again.get(i).failure());
            }
        }
        if (unknown > 0) {
            log.warn("{} jobs could not be rescheduled: they are due again when their leases run out", unknown);
        }
    }

    private void bury(Pipeline pipeline, Map<Claim, DeadLetters.Job> dead) {
        List<Boolean> moved = deadLetters.buryJobs(pipeline, List.copyOf(dead.values()));
        List<Claim> claims = List.copyOf(dead.keySet());
        for (int i = 0; i < claims.size(); i++) {
            if (moved.get(i)) {
                jobLog.dead(claims.get(i));
            }
        }
    }

    private DueJobs.Again again(Claim claim, int attempts, String failure) {
        return new DueJobs.Again(
                claim, properties.backoff().pause(claim.attempts(), ThreadLocalRandom.current()), attempts, failure);
    }

    private static DeadLetters.Job letter(Claim claim, String reason) {
        return new DeadLetters.Job(
                claim.warehouse(), claim.member(), claim.id(), claim.token(), claim.nextDue(), reason);
    }
}
