package io.github.exactlyonce.inventory.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AlarmTest {

    private static final Duration FOREVER = Duration.ofHours(1);

    private final Alarm alarm = new Alarm();

    @Test
    void aRingThatCameBeforeTheWaitIsNotLost() throws InterruptedException {
        alarm.ringNow();

        alarm.await(FOREVER);
    }

    @Test
    void aRingEndsAWaitThatIsUnderWay() throws Exception {
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> waitFor(FOREVER));

        alarm.ringNow();

        waiting.get(20, TimeUnit.SECONDS);
    }

    @Test
    void theEarlierOfTwoRingsCounts() throws InterruptedException {
        alarm.ringIn(Duration.ofMillis(1));
        alarm.ringIn(FOREVER);

        alarm.await(FOREVER);
    }

    @Test
    void aRingThatLiesBehindTheEndOfAWaitIsKeptForTheNextOne() throws InterruptedException {
        alarm.ringIn(Duration.ofMillis(50));
        alarm.await(Duration.ofNanos(1));

        alarm.await(FOREVER);
    }

    @Test
    void aWaitIsNotShorterThanAskedWithoutARing() throws InterruptedException {
        long start = System.nanoTime();

        alarm.await(Duration.ofMillis(5));

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
    }

    private void waitFor(Duration longest) {
        try {
            alarm.await(longest);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
