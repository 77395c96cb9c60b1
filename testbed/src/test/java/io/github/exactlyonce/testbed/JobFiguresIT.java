package io.github.exactlyonce.testbed;

import static java.util.stream.Collectors.joining;

import io.github.exactlyonce.testbed.audit.JobReport;
import io.github.exactlyonce.testbed.system.SystemPlan;
import java.time.Duration;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * How fast and how late jobs are done. As part of the build one small round shows that it works; for figures,
 * {@code -Djobs.rounds=5} runs five larger ones, after as many as it takes to warm the JVMs up, and
 * {@code -Dtestbed.jvm=-Xmx512m} lets them optimise; the README has the whole command. Redis appends to its file as it does
 * by default, {@code appendfsync everysec}; {@code -Djobs.appendfsync=always} makes each effect wait for the disk.
 *
 * <p>Nothing is asserted of the speed, which is the machine's: only that each job was done once.
 */
@ExtendWith(SharedSystem.class)
class JobFiguresIT {

    private static final int ROUNDS = Integer.getInteger("jobs.rounds", 1);
    private static final boolean SMALL = ROUNDS == 1;

    private static final int WARM_UP_ROUNDS = SMALL ? 1 : 12;
    private static final String APPENDFSYNC = System.getProperty("jobs.appendfsync", "everysec");

    private static final int BURST = SMALL ? 2_000 : 10_000;
    private static final int JOBS_PER_SECOND = 100;
    private static final int SECONDS = SMALL ? 2 : 10;

    /** Longer than a poller sleeps: these jobs are added without a word to anybody. */
    private static final Duration AHEAD = Duration.ofMillis(1_500);

    @BeforeEach
    void appendAsChosen(TestSystem system) {
        system.redis().configSet("appendfsync", APPENDFSYNC);
    }

    @AfterEach
    void appendAsAllOtherTestsDo(TestSystem system) {
        system.redis().configSet("appendfsync", "always");
    }

    @Test
    void burstsThroughOneReplicaAndThroughThree(TestSystem system) {
        describe(system);

        system.only(system.replica(1), () -> bursts(system, "one replica"));
        system.replicas().forEach(replica -> replica.waitUntilReady(TestSystem.START_LIMIT));
        bursts(system, TestSystem.REPLICAS + " replicas");
    }

    @Test
    void latenessOfASteadyStream(TestSystem system) {
        describe(system);
        for (int round = 1; round < WARM_UP_ROUNDS; round++) {
            run(system, BURST, Duration.ZERO);
        }
        List<JobReport> reports = IntStream.range(0, ROUNDS)
                .mapToObj(round -> run(system, JOBS_PER_SECOND * SECONDS, Duration.ofSeconds(SECONDS)))
                .toList();

        System.out.printf(
                "figures: %d jobs/s for %d s, %d replicas: late p50 %.0f ms, p99 %.0f ms (medians of %d)%n",
                JOBS_PER_SECOND,
                SECONDS,
                TestSystem.REPLICAS,
                median(reports, report -> report.lateness(50)),
                median(reports, report -> report.lateness(99)),
                ROUNDS);
    }

    private static void bursts(TestSystem system, String who) {
        List<JobReport> warmUp = IntStream.range(0, WARM_UP_ROUNDS)
                .mapToObj(round -> run(system, BURST, Duration.ZERO))
                .toList();
        List<JobReport> reports = IntStream.range(0, ROUNDS)
                .mapToObj(round -> run(system, BURST, Duration.ZERO))
                .toList();

        System.out.printf(
                "figures: %d jobs due at once, %s: %.0f jobs/s (median of %d: %s); while warming up: %s%n",
                BURST, who, median(reports, JobReport::perSecond), ROUNDS, rates(reports), rates(warmUp));
    }

    private static String rates(List<JobReport> reports) {
        return reports.stream()
                .map(report -> "%.0f".formatted(report.perSecond()))
                .collect(joining(", "));
    }

    private static JobReport run(TestSystem system, int jobs, Duration span) {
        system.empty();
        JobRun run = system.jobs();
        run.schedule(jobs, AHEAD, span);
        return run.assertEachDoneOnce();
    }

    private static void describe(TestSystem system) {
        System.out.printf(
                "figures: Redis %s, appendfsync %s, JVM %s with %s%n",
                system.redis()
                        .info("server")
                        .lines()
                        .filter(line -> line.startsWith("redis_version:"))
                        .map(line -> line.substring(line.indexOf(':') + 1))
                        .findFirst()
                        .orElse("?"),
                system.redis().configGet("appendfsync").get("appendfsync"),
                Runtime.version(),
                String.join(" ", SystemPlan.testJvmOptions()));
    }

    private static double median(List<JobReport> reports, ToDoubleFunction<JobReport> figure) {
        double[] sorted = reports.stream().mapToDouble(figure).sorted().toArray();
        return sorted[sorted.length / 2];
    }
}
