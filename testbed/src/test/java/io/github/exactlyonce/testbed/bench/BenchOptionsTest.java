package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BenchOptionsTest {

    @Test
    void whatIsLeftOpenHasADefault() {
        assertThat(BenchOptions.parse("--bench=", "--part=", "--rounds=", "--orders="))
                .isEqualTo(new BenchOptions(Scope.QUICK, Scope.QUICK.parts(), 3, 15_000));
    }

    @Test
    void theScopeDecidesWhatIsNotSaidWhereverItStands() {
        assertThat(BenchOptions.parse("--rounds=4", "--bench=full"))
                .isEqualTo(new BenchOptions(Scope.FULL, List.of(Part.values()), 4, 40_000));
    }

    @Test
    void theQuickRunLeavesOutWhatTakesLong() {
        assertThat(Scope.QUICK.parts())
                .isNotEmpty()
                .doesNotContain(Part.CRASH, Part.REPLICAS, Part.JOBS)
                .isSorted();
        assertThat(BenchOptions.parse("--part=crash").command())
                .isEqualTo("mvn -Pbench -Dbench=quick -Drounds=3 -Dorders=15000 -Dpart=crash");
        assertThat(BenchOptions.parse().command()).doesNotContain("-Dpart");
    }

    @Test
    void theCommandDoesTheSameAgain() {
        BenchOptions options = BenchOptions.parse("--bench=Full", "--orders=1000");

        assertThat(options.command()).isEqualTo("mvn -Pbench -Dbench=full -Drounds=5 -Dorders=1000");
        assertThat(options.command(Part.ITEMS))
                .isEqualTo("mvn -Pbench -Dbench=full -Drounds=5 -Dorders=1000 -Dpart=items");
    }

    @Test
    void somePartsAreDoneAloneAndInTheirOwnOrder() {
        BenchOptions options = BenchOptions.parse("--part=Latency, http");

        assertThat(options.parts()).containsExactly(Part.HTTP, Part.LATENCY);
        assertThat(options.command()).endsWith(" -Dpart=http,latency");
    }

    @Test
    void anUnknownPartIsAnsweredWithThoseThatThereAre() {
        assertThatThrownBy(() -> BenchOptions.parse("--part=http,all"))
                .isInstanceOf(BenchException.class)
                .hasMessageStartingWith("-Dpart=http,all: choose from consuming,crash,replicas,");
    }

    @ParameterizedTest
    @CsvSource({
        "--bench=some, '-Dbench=some: choose from quick and full.'",
        "--rounds=0, -Drounds=0: must be a whole number from 1 to 100.",
        "--rounds=many, -Drounds=many: must be a whole number from 1 to 100.",
        "--orders=99, -Dorders=99: must be a whole number from 100 to 100000.",
        "--color=on, 'There is no option --color: choose from --bench, --part, --rounds and --orders.'"
    })
    void aWrongValueGivesOneSentence(String argument, String sentence) {
        assertThatThrownBy(() -> BenchOptions.parse(argument))
                .isInstanceOf(BenchException.class)
                .hasMessage(sentence);
    }
}
