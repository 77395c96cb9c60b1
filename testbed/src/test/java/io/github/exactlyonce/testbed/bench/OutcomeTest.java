package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    private static final List<String> ORDERS = List.of("a", "b", "c");

    @Test
    void eachOnceIsExactAndEndsWithTheLast() {
        Outcome outcome = Outcome.of(ORDERS, List.of(new Effect("b", 7), new Effect("a", 5), new Effect("c", 6)));

        assertThat(outcome).isEqualTo(new Outcome(3, 0, 0, 0, 7, List.of()));
        assertThat(outcome.isExact()).isTrue();
    }

    @Test
    void oneLostAndOneTwiceDoNotCancelOut() {
        Outcome outcome = Outcome.of(ORDERS, List.of(new Effect("a", 5), new Effect("b", 6), new Effect("b", 9)));

        assertThat(outcome.lost()).isEqualTo(1);
        assertThat(outcome.repeated()).isEqualTo(1);
        assertThat(outcome.extraEffects()).isEqualTo(1);
        assertThat(outcome.done()).isEqualTo(2);
        assertThat(outcome.isExact()).isFalse();
    }

    @Test
    void aRepeatDoesNotMakeItLater() {
        Outcome outcome =
                Outcome.of(List.of("a", "b"), List.of(new Effect("a", 5), new Effect("b", 6), new Effect("a", 60)));

        assertThat(outcome.lastFirstMillis()).isEqualTo(6);
    }

    @Test
    void threeEffectsOfOneOrderAreOneRepeatedOrderAndTwoTooMany() {
        Outcome outcome = Outcome.of(List.of("a"), List.of(new Effect("a", 5), new Effect("a", 6), new Effect("a", 7)));

        assertThat(outcome.repeated()).isEqualTo(1);
        assertThat(outcome.extraEffects()).isEqualTo(2);
    }

    @Test
    void aLateEffectOfAnEarlierTurnIsOneTooMany() {
        Outcome outcome = Outcome.of(List.of("a"), List.of(new Effect("earlier", 4), new Effect("a", 5)));

        assertThat(outcome.extraEffects()).isEqualTo(1);
        assertThat(outcome.isExact()).isFalse();
    }

    @Test
    void nothingDoneIsAllLost() {
        assertThat(Outcome.of(ORDERS, List.of()))
                .isEqualTo(new Outcome(3, 3, 0, 0, 0, List.of("a (lost)", "b (lost)", "c (lost)")));
    }

    @Test
    void whatIsWrongIsNamedUpToFive() {
        List<Effect> effects = List.of(
                new Effect("b", 5),
                new Effect("b", 6),
                new Effect("c", 6),
                new Effect("earlier", 7),
                new Effect("b", 8));

        assertThat(Outcome.of(ORDERS, effects).wrong())
                .containsExactly("a (lost)", "b (3 effects)", "earlier (an effect after its turn)");
        assertThat(Outcome.of(List.of("1", "2", "3", "4", "5", "6", "7"), List.of())
                        .wrong())
                .hasSize(5);
    }
}
