package io.github.exactlyonce.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.testbed.audit.JobReport;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Something breaks while jobs come due. */
@ExtendWith(SharedSystem.class)
class JobFaultsIT {

    private static final Duration SOON = Duration.ofMillis(500);

    /** So long jobs come due that a slow machine's fault is still in their midst. */
    private static final Duration FOR_LONG = Duration.ofSeconds(8);

    /** What a busy machine needs beside the lease; with the default lease, of 10 s, it would be longer still. */
    private static final Duration ON_TOP = Duration.ofSeconds(6);

    @Test
    void aReplicaIsKilledBetweenItsClaimAndItsEffect(TestSystem system) {
        JobRun jobs = system.jobs();
        Set<String> inHand = StoppedInTime.withJobsInHand(system, jobs);

        system.replica(1).kill();
        long killed = jobs.now();
        assertThat(jobs.claimed()).as("died with the replica").isEqualTo(inHand);
        system.replica(2).resume();
        system.replica(3).resume();

        JobReport report = jobs.assertEachDoneOnce();
        long recovered = report.lastEffect() - killed;
        System.out.printf(
                "%d jobs were in the killed replica's hand; all was done %d ms after the kill, the lease is %d ms%n",
                inHand.size(), recovered, TestSystem.LEASE.toMillis());
        assertThat(recovered).isLessThan(TestSystem.LEASE.plus(ON_TOP).toMillis());
    }

    @Test
    void aReplicaIsPausedBetweenItsClaimAndItsEffectForLongerThanItsLease(TestSystem system) {
        JobRun jobs = system.jobs();
        StoppedInTime.withJobsInHand(system, jobs);

        system.replica(2).resume();
        system.replica(3).resume();
        jobs.awaitNoneLeft();
        jobs.forgetThatTheyWereDone(); // so that nothing but the lease turns the late one away
        system.replica(1).resume();
        jobs.awaitNothingLateFrom(system.replica(1), system);

        jobs.assertEachDoneOnce();
    }

    @Test
    void allReplicasAreGoneWhileJobsComeDue(TestSystem system) {
        JobRun jobs = system.jobs();
        jobs.schedule(2_000, SOON, FOR_LONG);
        await("some are done").atMost(TestSystem.PATIENCE).until(() -> jobs.done() > 0);

        system.replicas().forEach(ServiceProcess::kill);
        await("all are due").atMost(TestSystem.PATIENCE).until(() -> jobs.now() > jobs.lastDue());
        assertThat(jobs.left()).as("nobody is there to do them").isPositive();
        system.replicas().forEach(ServiceProcess::start);
        system.replicas().forEach(replica -> replica.waitUntilReady(TestSystem.START_LIMIT));

        jobs.assertEachDoneOnce();
    }

    @Test
    void redisIsKilledAndComesBackWithItsAppendOnlyFileWhileJobsComeDue(TestSystem system) {
        JobRun jobs = system.jobs();
        jobs.schedule(5_000, SOON, FOR_LONG);
        await("some are done").atMost(TestSystem.PATIENCE).until(() -> jobs.done() > 100);

        system.killRedis();
        system.startRedis();
        assertThat(jobs.left()).as("it was killed in the middle").isPositive();
        system.replicas().forEach(replica -> jobs.awaitNothingLateFrom(replica, system));

        jobs.assertEachDoneOnce();
    }
}
