package io.github.exactlyonce.testbed.scaling;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SamplesTest {

    @Test
    void theMedianIsTheMiddleOneOrBetweenBoth() {
        Samples samples = new Samples();
        samples.add(30);
        samples.add(1);
        samples.add(2);

        assertThat(samples.median()).isEqualTo(2);
        assertThat(samples).hasToString("2.00 (1.00–30.0)");

        samples.add(4);

        assertThat(samples.median()).isEqualTo(3);
    }

    @Test
    void whatIsNothingIsWrittenWithoutASign() {
        assertThat(Samples.text(-0.001)).isEqualTo("0");
        assertThat(Samples.text(-0.5)).isEqualTo("-0.50");
        assertThat(Samples.text(1_234.6)).isEqualTo("1,235");
    }
}
