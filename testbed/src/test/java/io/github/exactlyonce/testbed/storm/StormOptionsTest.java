package io.github.exactlyonce.testbed.storm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exactlyonce.testbed.system.Topology;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StormOptionsTest {

    @Test
    void whatIsLeftOpenHasADefaultAndTheSeedIsChosen() {
        StormOptions options = StormOptions.parse("--seed=", "--orders=", "--faults=", "--topology=", "--durability=");

        assertThat(options.orders()).isEqualTo(5_000);
        assertThat(options.faults()).isEqualTo(24);
        assertThat(options.topology()).isEqualTo(Topology.STANDALONE);
        assertThat(options.durability()).isEqualTo(Durability.MEMORY);
        assertThat(options.command()).contains("-Dseed=" + options.seed() + " ");
    }

    @Test
    void theCommandRepeatsTheStorm() {
        StormOptions options = StormOptions.parse(
                "--seed=-42", "--orders=20000", "--faults=60", "--topology=Sentinel", "--durability=replica");

        assertThat(options).isEqualTo(new StormOptions(-42, 20_000, 60, Topology.SENTINEL, Durability.REPLICA));
        assertThat(options.command())
                .isEqualTo(
                        "mvn -Pfaults -Dseed=-42 -Dorders=20000 -Dfaults=60 -Dtopology=sentinel -Ddurability=replica");
    }

    @ParameterizedTest
    @CsvSource({
        "--seed=abc, -Dseed=abc: must be a whole number.",
        "--orders=0, -Dorders=0: must be a whole number from 1 to 1000000.",
        "--faults=1001, -Dfaults=1001: must be a whole number from 1 to 1000.",
        "--faults=many, -Dfaults=many: must be a whole number from 1 to 1000.",
        "--durability=none, '-Ddurability=none: choose from memory, replica, disk.'",
        "--durability=replica, '-Ddurability=replica: there is no replica with -Dtopology=standalone; choose another topology.'",
        "--topology=ring, '-Dtopology=ring: choose from standalone, sentinel, cluster.'",
        "--color=on, 'There is no option --color: choose from --seed, --orders, --faults, --topology and --durability.'"
    })
    void aWrongValueGivesOneSentence(String argument, String sentence) {
        assertThatThrownBy(() -> StormOptions.parse(argument))
                .isInstanceOf(StormException.class)
                .hasMessage(sentence);
    }
}
