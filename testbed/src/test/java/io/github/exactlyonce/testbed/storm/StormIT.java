package io.github.exactlyonce.testbed.storm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A short storm; {@code mvn -Pfaults} is a long one. */
class StormIT {

    /** Breaks off answers of Redis, kills one replica and pauses another, kills Redis, and loses every message. */
    private static final long SEED = 16_688;

    private static final int FAULTS = 5;

    private static final int ORDERS = 3_000;

    @TempDir
    private Path directory;

    @Test
    void whateverBreaksEveryOrderIsSettledOnce() throws InterruptedException {
        long seed = Long.getLong("testbed.seed", SEED);
        StormOptions options = new StormOptions(seed, ORDERS, FAULTS, Topology.STANDALONE, Durability.MEMORY);

        StormReport report = new Storm(options, System.out).rage();

        assertThat(report.violations()).isEmpty();
        assertThat(report.audit()).isNotNull();
        assertThat(report.audit().orders()).isGreaterThan(ORDERS);
        assertThat(report.audit().returned()).as("orders that were cancelled").isPositive();
    }

    @Test
    void aWrongOptionGivesOneSentenceAndExitCodeOne() throws IOException {
        ChildProcess storm = new ChildProcess(
                "storm",
                List.of(
                        ChildProcess.java(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Storm.class.getName(),
                        "--topology=ring"),
                Map.of(),
                directory.resolve("storm.log"));
        storm.start();
        boolean ended = Polling.until(Duration.ofSeconds(60), () -> !storm.isAlive());
        storm.kill();

        assertThat(ended).isTrue();
        assertThat(storm.exitCode()).isEqualTo(1);
        assertThat(Files.readAllLines(storm.log()))
                .containsExactly("-Dtopology=ring: choose from standalone, sentinel, cluster.");
    }
}
