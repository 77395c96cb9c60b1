package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.Warehouse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class AlarmTest {

    private static final Duration FOREVER = Duration.ofHours(1);
    private static final Warehouse BERLIN = new Warehouse("berlin");
    private static final Warehouse PARIS = new Warehouse("paris");

    private final Alarm alarm = new Alarm();

    @Test
    void aRingThatCameBeforeTheWaitIsNotLost() throws InterruptedException {
        alarm.ringNow();

        assertThat(alarm.await(FOREVER, 10)).isEmpty();
    }

    @Test
    void aRingEndsAWaitThatIsUnderWay() throws Exception {
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(() -> waitFor(FOREVER));

        alarm.ringNow();

        waiting.get(20, TimeUnit.SECONDS);
    }

    @Test
    void theEarlierOfTwoRingsForAWarehouseCounts() throws InterruptedException {
        alarm.ringIn(BERLIN, Duration.ofMillis(1));
        alarm.ringIn(BERLIN, FOREVER);

        assertThat(alarm.await(FOREVER, 10)).containsExactly(BERLIN);
        assertThat(alarm.await(Duration.ZERO, 10)).isEmpty();
    }

    @Test
    void eachWarehouseRingsAtItsOwnTimeAndTheEarlierOneFirst() throws InterruptedException {
        alarm.ringIn(PARIS, Duration.ofMillis(5));
        alarm.ringIn(BERLIN, Duration.ZERO);
        alarm.ringIn(MAIN, FOREVER);

        assertThat(alarm.await(FOREVER, 10)).startsWith(BERLIN).doesNotContain(MAIN);
        alarm.ringIn(BERLIN, Duration.ofMillis(10));
        alarm.ringIn(PARIS, Duration.ofMillis(10));
        assertThat(alarm.await(FOREVER, 10)).isNotEmpty().doesNotContain(MAIN);
    }

    @Test
    void whoIsLeftWhenThereAreTooManyAtOnceIsTheFirstNextTime() throws InterruptedException {
        alarm.ringIn(PARIS, Duration.ZERO);
        alarm.ringIn(BERLIN, Duration.ZERO);

        assertThat(alarm.await(FOREVER, 1)).containsExactly(PARIS);
        alarm.ringIn(PARIS, Duration.ZERO);
        assertThat(alarm.await(FOREVER, 1)).containsExactly(BERLIN);
    }

    @Test
    void aWarehouseThatIsForgottenRingsNoMore() throws InterruptedException {
        alarm.ringIn(BERLIN, Duration.ZERO);
        alarm.forget(BERLIN);

        assertThat(alarm.await(Duration.ZERO, 10)).isEmpty();
        assertThat(alarm.untilNext(FOREVER)).isEqualTo(FOREVER);
    }

    @Test
    void aRingThatLiesBehindTheEndOfAWaitIsKeptForTheNextOne() throws InterruptedException {
        alarm.ringIn(BERLIN, Duration.ofMillis(50));
        assertThat(alarm.await(Duration.ofNanos(1), 10)).isEmpty();

        assertThat(alarm.await(FOREVER, 10)).containsExactly(BERLIN);
    }

    @Test
    void aWaitIsNotShorterThanAskedWithoutARing() throws InterruptedException {
        long start = System.nanoTime();

        alarm.await(Duration.ofMillis(5), 10);

        assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5_000_000);
    }

    private void waitFor(Duration longest) {
        try {
            alarm.await(longest, 10);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
