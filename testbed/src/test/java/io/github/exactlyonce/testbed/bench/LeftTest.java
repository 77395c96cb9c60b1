package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.testbed.bench.Left.Kill;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeftTest {

    private static final List<String> SENT = List.of("a", "b", "c", "d", "e");

    @Test
    void whoIsDoneSoonAfterTheKillWasNotLeft() {
        assertThat(Left.by(
                        List.of(new Kill(2, 10_000)), SENT, List.of(new Effect("a", 9_000), new Effect("b", 11_000))))
                .isEqualTo(new Left(0, 0, 0));
    }

    @Test
    void whatWasLeftIsDoneLaterOrNever() {
        assertThat(Left.by(
                        List.of(new Kill(3, 10_000)),
                        SENT,
                        List.of(new Effect("a", 12_000), new Effect("b", 12_500), new Effect("b", 13_000))))
                .isEqualTo(new Left(3, 2, 2_500));
    }

    @Test
    void anOrderCountsForTheFirstKillAfterItAndNotIfThereIsNone() {
        List<Kill> kills = List.of(new Kill(1, 10_000), new Kill(3, 20_000));

        assertThat(Left.by(kills, SENT, List.of(new Effect("b", 20_500), new Effect("c", 21_700))))
                .isEqualTo(new Left(2, 1, 1_700)); // a and c; nobody was killed after d and e
    }
}
