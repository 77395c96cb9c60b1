package io.github.exactlyonce.testbed.bench.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OutcomeTest {

    private static final List<Job> JOBS =
            List.of(new Job("a", "sku-1", 100), new Job("b", "sku-2", 200), new Job("c", "sku-3", 300));

    @Test
    void eachOnceIsExactAndLateFromItsOwnDueTime() {
        Outcome outcome = Outcome.of(JOBS, List.of(new Effect("b", 207), new Effect("a", 105), new Effect("c", 300)));

        assertThat(outcome).isEqualTo(new Outcome(3, 0, 0, 0, 0, List.of(0L, 5L, 7L), 300, List.of()));
        assertThat(outcome.isExact()).isTrue();
    }

    @Test
    void oneLostAndOneTwiceDoNotCancelOut() {
        Outcome outcome = Outcome.of(JOBS, List.of(new Effect("a", 105), new Effect("b", 206), new Effect("b", 209)));

        assertThat(outcome.lost()).isEqualTo(1);
        assertThat(outcome.repeated()).isEqualTo(1);
        assertThat(outcome.extraEffects()).isEqualTo(1);
        assertThat(outcome.done()).isEqualTo(2);
        assertThat(outcome.isExact()).isFalse();
    }

    @Test
    void aRepeatDoesNotMakeItLaterInWhateverOrderTheyAreRead() {
        Outcome outcome = Outcome.of(JOBS.subList(0, 1), List.of(new Effect("a", 160), new Effect("a", 105)));

        assertThat(outcome.lateness()).containsExactly(5L);
        assertThat(outcome.lastFirstMillis()).isEqualTo(105);
    }

    @Test
    void threeEffectsOfOneJobAreOneRepeatedJobAndTwoTooMany() {
        Outcome outcome = Outcome.of(
                JOBS.subList(0, 1), List.of(new Effect("a", 105), new Effect("a", 106), new Effect("a", 107)));

        assertThat(outcome.repeated()).isEqualTo(1);
        assertThat(outcome.extraEffects()).isEqualTo(2);
    }

    @Test
    void aLateEffectOfAnEarlierTurnIsOneTooMany() {
        Outcome outcome = Outcome.of(JOBS.subList(0, 1), List.of(new Effect("earlier", 104), new Effect("a", 105)));

        assertThat(outcome.wrong()).containsExactly("earlier (an effect after its turn)");
        assertThat(outcome.extraEffects()).isEqualTo(1);
        assertThat(outcome.isExact()).isFalse();
    }

    @Test
    void aJobThatIsDoneBeforeItIsDueIsNotExact() {
        Outcome outcome = Outcome.of(JOBS.subList(0, 1), List.of(new Effect("a", 99)));

        assertThat(outcome.early()).isEqualTo(1);
        assertThat(outcome.wrong()).containsExactly("a (before it was due)");
        assertThat(outcome.isExact()).isFalse();
    }

    @Test
    void nothingDoneIsAllLost() {
        assertThat(Outcome.of(JOBS, List.of()))
                .isEqualTo(new Outcome(3, 3, 0, 0, 0, List.of(), 0, List.of("a (lost)", "b (lost)", "c (lost)")));
    }

    @Test
    void percentilesAreByNearestRank() {
        Outcome outcome = doneWithLatenessFrom1To(100, 0);

        assertThat(outcome.lateness(50)).isEqualTo(50);
        assertThat(outcome.lateness(99)).isEqualTo(99);
        assertThat(outcome.lateness(100)).isEqualTo(100);
    }

    @Test
    void whatIsLostIsLaterThanAnything() {
        Outcome outcome = doneWithLatenessFrom1To(98, 2);

        assertThat(outcome.lateness(50)).isEqualTo(50);
        assertThat(outcome.lateness(98)).isEqualTo(98);
        assertThat(outcome.lateness(99)).isInfinite();
    }

    private static Outcome doneWithLatenessFrom1To(int done, int lost) {
        List<Job> jobs = new ArrayList<>();
        List<Effect> effects = new ArrayList<>();
        for (int i = 1; i <= done + lost; i++) {
            jobs.add(new Job("job-" + i, "sku-1", 1_000));
            if (i <= done) {
                effects.add(new Effect("job-" + i, 1_000 + i));
            }
        }
        return Outcome.of(jobs, effects);
    }
}
