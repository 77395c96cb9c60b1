package io.github.exactlyonce.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.testbed.audit.JobReport;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many jobs come due, and nothing breaks. */
@ExtendWith(SharedSystem.class)
class JobsIT {

    /** Longer than a poller sleeps: these jobs are added without a word to anybody. */
    private static final Duration AHEAD = Duration.ofMillis(1_500);

    @Test
    void tenThousandJobsDueOverTenSecondsAreEachDoneOnceByFourWorkers(TestSystem system) {
        system.addReplica();
        JobRun jobs = system.jobs();
        jobs.schedule(10_000, AHEAD, Duration.ofSeconds(10));

        JobReport report = jobs.assertEachDoneOnce();

        assertThat(report.byWorker()).as("all four took part").hasSize(4);
    }

    @Test
    void aBurstOfJobsIsSharedByTheReplicas(TestSystem system) {
        JobRun jobs = system.jobs();
        jobs.schedule(5_000, AHEAD, Duration.ZERO);

        JobReport report = jobs.assertEachDoneOnce();

        assertThat(report.byWorker()).as("nobody took it all").hasSizeGreaterThan(1);
    }
}
