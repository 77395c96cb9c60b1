package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exactlyonce.testbed.bench.BenchOptions.Scope;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchOptionsTest {

    @Test
    void whatIsLeftOpenHasADefault() {
        assertThat(BenchOptions.parse("--bench=", "--rounds=", "--orders="))
                .isEqualTo(new BenchOptions(Scope.QUICK, 5, 20_000));
    }

    @Test
    void theScopeDecidesWhatIsNotSaidWhereverItStands() {
        assertThat(BenchOptions.parse("--rounds=3", "--bench=full"))
                .isEqualTo(new BenchOptions(Scope.FULL, 3, 100_000));
    }

    @Test
    void theCommandDoesTheSameAgain() {
        BenchOptions options = BenchOptions.parse("--bench=Full", "--orders=1000");

        assertThat(options.command()).isEqualTo("mvn -Pbench -Dbench=full -Drounds=11 -Dorders=1000");
    }

    @ParameterizedTest
    @CsvSource({
        "--bench=some, '-Dbench=some: choose from quick and full.'",
        "--rounds=0, -Drounds=0: must be a whole number from 1 to 100.",
        "--rounds=many, -Drounds=many: must be a whole number from 1 to 100.",
        "--orders=99, -Dorders=99: must be a whole number from 100 to 100000.",
        "--color=on, 'There is no option --color: choose from --bench, --rounds and --orders.'"
    })
    void aWrongValueGivesOneSentence(String argument, String sentence) {
        assertThatThrownBy(() -> BenchOptions.parse(argument))
                .isInstanceOf(BenchException.class)
                .hasMessage(sentence);
    }
}
