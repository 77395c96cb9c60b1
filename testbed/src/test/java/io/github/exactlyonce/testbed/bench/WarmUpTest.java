package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WarmUpTest {

    @Test
    void isSteadyWhenTwoInARowAreNotMuchFasterThanTheBest() {
        assertThat(after(100, 200).isSteady()).isFalse();
        assertThat(after(100, 200, 209).isSteady()).isFalse(); // 209 is more than the 100 before the last two
        assertThat(after(100, 200, 209, 190).isSteady()).isTrue();
        assertThat(after(100, 200, 190, 211).isSteady()).isFalse();
    }

    @Test
    void isSteadyOnAMachineThatIsBusyNowAndThen() {
        assertThat(after(100, 200, 90, 60).isSteady()).isTrue();
    }

    @Test
    void goesOnForEverOnlyUpToALimit() {
        WarmUp warmUp = new WarmUp();
        for (int lot = 0; lot < WarmUp.MAX_LOTS; lot++) {
            assertThat(warmUp.isOver()).isFalse();
            warmUp.add(100 * Math.pow(2, lot), 1.5);
        }

        assertThat(warmUp.isOver()).isTrue();
        assertThat(warmUp.isSteady()).isFalse();
        assertThat(warmUp.seconds()).isEqualTo(1.5 * WarmUp.MAX_LOTS);
    }

    private static WarmUp after(double... rates) {
        WarmUp warmUp = new WarmUp();
        for (double rate : rates) {
            warmUp.add(rate, 1);
        }
        return warmUp;
    }
}
