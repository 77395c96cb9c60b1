package io.github.exactlyonce.testbed.scaling;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScalingOptionsTest {

    @Test
    void whatIsLeftOpenHasADefaultAndTheSeedIsChosen() {
        ScalingOptions options = ScalingOptions.parse("--part=", "--seed=", "--rate=", "--rounds=", "--orders=");

        assertThat(options.parts()).containsExactly(Part.COSTS, Part.PROOF, Part.SKEW);
        assertThat(options.rate()).isEqualTo(200);
        assertThat(options.rounds()).isEqualTo(3);
        assertThat(options.orders()).isEqualTo(50_000);
        assertThat(options.command(Part.PROOF)).contains("-Dseed=" + options.seed() + " ");
    }

    @Test
    void theCommandRepeatsAPart() {
        ScalingOptions options =
                ScalingOptions.parse("--part=Proof", "--seed=-42", "--rate=300", "--rounds=5", "--orders=20000");

        assertThat(options).isEqualTo(new ScalingOptions(List.of(Part.PROOF), -42, 300, 5, 20_000));
        assertThat(options.command(Part.PROOF))
                .isEqualTo("mvn -Pscaling -Dpart=proof -Dseed=-42 -Drate=300 -Drounds=5 -Dorders=20000");
    }

    @ParameterizedTest
    @CsvSource({
        "--part=all, '-Dpart=all: choose from costs, proof, skew; without it, all are done.'",
        "--seed=abc, -Dseed=abc: must be a whole number.",
        "--rate=0, -Drate=0: must be a whole number from 1 to 100000.",
        "--rounds=many, -Drounds=many: must be a whole number from 1 to 100.",
        "--orders=999, -Dorders=999: must be a whole number from 1000 to 1000000.",
        "--color=on, 'There is no option --color: choose from --part, --seed, --rate, --rounds and --orders.'"
    })
    void aWrongValueGivesOneSentence(String argument, String sentence) {
        assertThatThrownBy(() -> ScalingOptions.parse(argument))
                .isInstanceOf(ScalingException.class)
                .hasMessage(sentence);
    }
}
