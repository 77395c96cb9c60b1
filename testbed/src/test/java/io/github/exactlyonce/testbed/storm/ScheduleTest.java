package io.github.exactlyonce.testbed.storm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.testbed.storm.Fault.Domain;
import io.github.exactlyonce.testbed.system.Topology;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ScheduleTest {

    private static final int FAULTS = 500;

    @ParameterizedTest
    @EnumSource(Topology.class)
    void theSeedAloneDecides(Topology topology) {
        assertThat(Schedule.of(42, FAULTS, topology)).isEqualTo(Schedule.of(42, FAULTS, topology));
        assertThat(Schedule.of(42, FAULTS, topology)).isNotEqualTo(Schedule.of(43, FAULTS, topology));
    }

    @ParameterizedTest
    @EnumSource(Topology.class)
    void thereAreAsManyFaultsAsAskedForAndEachOfTheTopologyIsAmongThem(Topology topology) {
        List<Fault> struck = strikes(topology).map(Strike::fault).toList();

        assertThat(struck).hasSize(FAULTS);
        assertThat(struck)
                .containsOnly(Stream.of(Fault.values())
                        .filter(fault -> fault.strikes(topology))
                        .toArray(Fault[]::new));
    }

    @ParameterizedTest
    @EnumSource(Topology.class)
    void everythingIsBounded(Topology topology) {
        assertThat(strikes(topology)).allSatisfy(strike -> {
            assertThat(strike.duration()).isBetween(strike.fault().atLeast(), Duration.ofSeconds(6));
            assertThat(strike.target()).isBetween(1, Scene.REPLICAS);
        });
        assertThat(Schedule.of(42, FAULTS, topology).rounds())
                .allSatisfy(round -> assertThat(round.peace()).isLessThan(Duration.ofSeconds(2)));
    }

    @Test
    void whatOverlapsIsOfTwoDomainsAndRedisBreaksLastAndNothingIsProlonged() {
        List<Round> pairs = Schedule.of(42, FAULTS, Topology.STANDALONE).rounds().stream()
                .filter(round -> round.strikes().size() > 1)
                .toList();

        assertThat(pairs).isNotEmpty().allSatisfy(round -> {
            assertThat(round.strikes()).hasSize(2);
            Domain first = round.strikes().get(0).fault().domain();
            assertThat(first)
                    .isNotEqualTo(round.strikes().get(1).fault().domain())
                    .isNotEqualTo(Domain.REDIS);
            assertThat(round.strikes().get(1).fault().startsProcesses()).isFalse();
        });
    }

    private static Stream<Strike> strikes(Topology topology) {
        return Schedule.of(42, FAULTS, topology).rounds().stream().flatMap(round -> round.strikes().stream());
    }
}
