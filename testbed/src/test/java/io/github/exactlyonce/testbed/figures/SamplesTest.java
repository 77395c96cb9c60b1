package io.github.exactlyonce.testbed.figures;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void anOutlierDoesNotMoveTheMedian() {
        assertThat(of(12, 10, 9_000).median()).isEqualTo(12);
    }

    @Test
    void theMedianOfAnEvenNumberIsBetweenTheTwoInTheMiddle() {
        assertThat(of(4, 1, 3, 2).median()).isEqualTo(2.5);
    }

    @Test
    void isShownWithItsSpreadAndThreeDigitsThatMeanSomething() {
        assertThat(of(1_234, 20.04, 0.123)).hasToString("20.0 (0.12–1,234)");
    }

    @Test
    void whatIsNothingIsWrittenWithoutASign() {
        assertThat(Samples.text(-0.001)).isEqualTo("0");
        assertThat(Samples.text(-0.5)).isEqualTo("-0.50");
    }

    private static Samples of(double... values) {
        Samples samples = new Samples();
        for (double value : values) {
            samples.add(value);
        }
        return samples;
    }
}
