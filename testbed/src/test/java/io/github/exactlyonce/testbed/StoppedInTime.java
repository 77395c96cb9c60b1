package io.github.exactlyonce.testbed;

import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.testbed.system.ServiceProcess;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Catches the first replica at the moment that costs most: it has claimed jobs and has not done them. Nothing in the replica
 * helps with that. The others are paused before any job is due, so whatever is claimed is the first one's; it is paused
 * while it works, and if it had nothing in hand, it goes on and is paused again.
 */
final class StoppedInTime {

    private static final int TRIES = 100;
    private static final int JOBS = 2_000;
    private static final int FEW = 1_000;

    /** What a paused process has sent before is done by Redis in less. */
    private static final Duration QUIET = Duration.ofMillis(200);

    private StoppedInTime() {}

    /**
     * Leaves every replica paused.
     *
     * @return members of {@code jobs:{main}} that the first replica holds a lease on
     */
    static Set<String> withJobsInHand(TestSystem system, JobRun jobs) {
        system.replicas().forEach(ServiceProcess::pause);
        ServiceProcess replica = system.replica(1);
        for (int tries = 1; tries <= TRIES; tries++) {
            if (jobs.left() < FEW) {
                jobs.schedule(JOBS, Duration.ZERO, Duration.ZERO);
            }
            replica.resume();
            long done = jobs.done();
            await("the replica works")
                    .atMost(TestSystem.PATIENCE)
                    .pollInterval(Duration.ofMillis(1))
                    .until(() -> jobs.done() > done || !jobs.claimed().isEmpty());
            replica.pause();
            Set<String> inHand = awaitQuiet(jobs);
            if (!inHand.isEmpty()) {
                System.out.printf("paused with %d jobs in hand at try %d%n", inHand.size(), tries);
                return inHand;
            }
        }
        throw new AssertionError("in " + TRIES + " tries the replica never had a claimed job in hand");
    }

    private static Set<String> awaitQuiet(JobRun jobs) {
        AtomicReference<Set<String>> last = new AtomicReference<>(jobs.claimed());
        await("Redis has done what it was sent")
                .atMost(TestSystem.PATIENCE)
                .during(QUIET)
                .until(() -> {
                    Set<String> now = jobs.claimed();
                    return now.equals(last.getAndSet(now));
                });
        return last.get();
    }
}
