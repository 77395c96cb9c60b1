package io.github.exactlyonce.testbed.bench.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TurnTest {

    @Test
    void jobsThatAreLostAreNoWorkAndThoseDoneTwiceCountOnce() {
        Turn turn = new Turn(new Outcome(1_000, 200, 300, 400, 0, List.of(), 9, List.of()), 2, 4, 1);

        assertThat(turn.rate()).isEqualTo(400);
        assertThat(turn.perJob(turn.workersCpu())).isEqualTo(5_000);
    }

    @Test
    void whenNothingWasDoneTheCostIsThatOfOneAtLeast() {
        Turn turn = new Turn(new Outcome(1_000, 1_000, 0, 0, 0, List.of(), 0, List.of()), 2, 4, 1);

        assertThat(turn.rate()).isZero();
        assertThat(turn.perJob(4)).isEqualTo(4_000_000);
    }
}
