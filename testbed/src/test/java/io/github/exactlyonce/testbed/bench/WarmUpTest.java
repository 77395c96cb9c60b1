package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class WarmUpTest {

    private static final int AT_LEAST = 30;
    private static final int AT_MOST = 75;

    @Test
    void isSteadyWhenTwoInARowAreNotMuchFasterThanTheBest() {
        assertThat(after(100, 100).isSteady()).isFalse(); // before the last two there is none
        assertThat(after(100, 200, 209).isSteady()).isFalse(); // 209 is more than the 100 before the last two
        assertThat(after(100, 200, 209, 190).isSteady()).isTrue();
        assertThat(after(100, 200, 190, 211).isSteady()).isFalse();
    }

    @Test
    void isSteadyOnAMachineThatIsBusyNowAndThen() {
        assertThat(after(100, 200, 90, 60).isSteady()).isTrue();
    }

    @Test
    void isNotSteadyBeforeItsTimeHoweverEqualTheRates() {
        WarmUp warmUp = new WarmUp(Duration.ofSeconds(AT_LEAST), Duration.ofSeconds(AT_MOST));
        for (int lot = 0; lot < 4; lot++) {
            warmUp.add(100, (AT_LEAST - 1) / 4.0);
        }

        assertThat(warmUp.isSteady()).isFalse();
        warmUp.add(100, 1);
        assertThat(warmUp.isSteady()).isTrue();
    }

    @Test
    void whatNeverBecomesSteadyEndsAtALimit() {
        WarmUp warmUp = new WarmUp(Duration.ofSeconds(AT_LEAST), Duration.ofSeconds(AT_MOST));
        for (int lot = 1; lot <= AT_MOST; lot++) {
            assertThat(warmUp.isOver()).isFalse();
            warmUp.add(Math.pow(2, lot), 1);
        }

        assertThat(warmUp.isOver()).isTrue();
        assertThat(warmUp.isSteady()).isFalse();
        assertThat(warmUp.seconds()).isEqualTo(AT_MOST);
    }

    private static WarmUp after(double... rates) {
        WarmUp warmUp = new WarmUp(Duration.ofSeconds(AT_LEAST), Duration.ofSeconds(AT_MOST));
        for (double rate : rates) {
            warmUp.add(rate, AT_LEAST);
        }
        return warmUp;
    }
}
