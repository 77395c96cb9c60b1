package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class TurnTest {

    private static final Cpu CPU = new Cpu(8, 4, 1, 2, 0.5);

    @Test
    void ordersThatAreLostAreNoWorkAndThoseDoneTwiceCountOnce() {
        Turn turn = new Turn(new Outcome(1_000, 200, 300, 400, 9, List.of()), 2, CPU);

        assertThat(turn.rate()).isEqualTo(400);
        assertThat(turn.per1000(turn.cpu().replicas())).isEqualTo(5);
        assertThat(turn.microsPerOrder(turn.cpu().replicas())).isEqualTo(5_000);
    }

    @Test
    void whenNothingWasDoneTheCostIsThatOfOneAtLeast() {
        Turn turn = new Turn(new Outcome(1_000, 1_000, 0, 0, 0, List.of()), 2, CPU);

        assertThat(turn.rate()).isZero();
        assertThat(turn.per1000(4)).isEqualTo(4_000);
    }

    @Test
    void processorTimeIsWhatWasSpentInBetween() {
        assertThat(new Cpu(8.5, 5, 3, 2.5, 1).since(CPU)).isEqualTo(new Cpu(0.5, 1, 2, 0.5, 0.5));
        assertThat(CPU.total()).isEqualTo(15.5);
    }
}
