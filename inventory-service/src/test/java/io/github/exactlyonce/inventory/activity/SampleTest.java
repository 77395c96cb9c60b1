package io.github.exactlyonce.inventory.activity;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.inventory.activity.Sample.Decision;
import io.github.exactlyonce.inventory.activity.Sample.Taken;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SampleTest {

    private static final long SEED = 7;

    @Test
    void replicasThatHearTheSameOrdersInAnotherOrderShowTheSameOnes() {
        List<String> ids = new ArrayList<>(
                IntStream.range(0, 1_000).mapToObj(i -> "order-" + i).toList());
        Taken one = take(ids);
        Collections.shuffle(ids, new Random(SEED));

        Taken other = take(ids);

        assertThat(one.seen()).isEqualTo(1_000);
        assertThat(one.decisions()).hasSize(Sample.SIZE).isEqualTo(other.decisions());
    }

    /** The lowest of a fifth of a second are among the lowest of any part of it, so windows need not begin together. */
    @Test
    void whatIsShownOfManyIsShownOfAFewOfThemToo() {
        List<String> ids = IntStream.range(0, 1_000).mapToObj(i -> "order-" + i).toList();

        List<Decision> ofAll = take(ids).decisions();
        List<Decision> ofParts = new ArrayList<>(take(ids.subList(0, 300)).decisions());
        ofParts.addAll(take(ids.subList(300, 1_000)).decisions());

        assertThat(ofParts).containsAll(ofAll);
    }

    @Test
    void fewAreShownAllAndOnce() {
        Sample sample = new Sample();
        sample.add(decision("29"));
        sample.add(decision("30"));

        assertThat(sample.take().decisions()).extracting(Decision::id).containsExactlyInAnyOrder("29", "30");
        assertThat(sample.take()).isEqualTo(new Taken(0, List.of()));
    }

    private static Taken take(List<String> ids) {
        Sample sample = new Sample();
        ids.forEach(id -> sample.add(decision(id)));
        return sample.take();
    }

    private static Decision decision(String id) {
        return new Decision(id, null, "processed", "confirmed", false, 1L);
    }
}
