package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.testbed.NaiveWorkers.Take.MULTI_EXEC;
import static io.github.exactlyonce.testbed.NaiveWorkers.Take.TWO_COMMANDS;
import static io.github.exactlyonce.testbed.audit.Finding.DONE_AGAIN;
import static io.github.exactlyonce.testbed.audit.Finding.NEVER_DONE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.audit.JobReport;
import io.lettuce.core.RedisClient;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What the textbook's scheduler does with the same jobs under the same audit: it shows that the audit of {@link JobsIT} can
 * see what it says is not there.
 */
class NaiveSchedulerIT {

    private static final int JOBS = 2_000;
    private static final Duration SPAN = Duration.ofSeconds(1);

    private static RedisProcess redis;
    private static RedisClient client;

    private JobRun jobs;

    @BeforeAll
    static void startRedis() {
        redis = RedisProcess.start(); // no replica of ours must see these jobs
        client = RedisClient.create(redis.url());
    }

    @AfterAll
    static void stopRedis() {
        client.shutdown();
        redis.close();
    }

    @BeforeEach
    void jobsOverASecond() {
        var connection = client.connect();
        connection.sync().flushall();
        connection.sync().hset(RedisKeys.stock(MAIN), JobRun.SKU, "0");
        jobs = new JobRun(connection);
        jobs.schedule(JOBS, Duration.ofMillis(500), SPAN);
    }

    @Test
    void withTwoCommandsJobsAreDoneTwice() {
        JobReport report = run(TWO_COMMANDS, false);

        assertThat(report.count(DONE_AGAIN)).isPositive();
    }

    @Test
    void withMultiExecNoneIsDoneTwice() {
        JobReport report = run(MULTI_EXEC, false);

        assertThat(report.isClean()).isTrue();
    }

    @Test
    void withMultiExecAWorkerThatIsKilledAfterItsClaimLosesItsJobs() {
        JobReport report = run(MULTI_EXEC, true);

        assertThat(report.count(DONE_AGAIN)).isZero();
        assertThat(report.count(NEVER_DONE)).isPositive();
    }

    private JobReport run(NaiveWorkers.Take take, boolean killOne) {
        try (NaiveWorkers workers = new NaiveWorkers(client, take, killOne)) {
            jobs.awaitNoneLeft(); // taken, but not yet done
            await("the workers are idle").atMost(TestSystem.PATIENCE).until(workers::isIdle);
        }
        JobReport report = jobs.audit();
        System.out.println("the textbook with " + take + (killOne ? ", one worker killed: " : ": ") + report.summary());
        return report;
    }
}
