package io.github.exactlyonce.testbed.storm;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A short storm; {@code mvn -Pfaults} is a long one. */
class StormIT {

    /** Some 25 seconds of them, on a machine that has nothing else to do. */
    private static final int FAULTS = 6;

    private static final int ORDERS = 3_000;

    @Test
    void whateverBreaksEveryOrderIsSettledOnce() throws InterruptedException {
        long seed = Long.getLong("testbed.seed", System.nanoTime() % 1_000_000);
        StormOptions options = new StormOptions(seed, ORDERS, FAULTS, Topology.STANDALONE);

        StormReport report = new Storm(options, System.out).rage();

        assertThat(report.violations()).isEmpty();
        assertThat(report.audit()).isNotNull();
        assertThat(report.audit().orders()).isGreaterThan(ORDERS);
    }
}
