package io.github.exactlyonce.testbed.bench.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CpuTest {

    @Test
    void aProcessThatCameMeanwhileCountsAndOneThatWentDoesNotCountBackwards() {
        Cpu before = new Cpu(Map.of(1L, 10.0, 2L, 20.0), Map.of(3L, 5.0, 4L, 100.0));
        Cpu after = new Cpu(Map.of(1L, 11.0, 2L, 22.0), Map.of(3L, 5.5, 5L, 0.25));

        assertThat(after.workersSince(before)).isCloseTo(3, within(1e-9));
        assertThat(after.storeSince(before)).isCloseTo(0.75, within(1e-9));
    }
}
