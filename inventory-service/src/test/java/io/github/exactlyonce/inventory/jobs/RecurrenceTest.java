package io.github.exactlyonce.inventory.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class RecurrenceTest {

    /** Berlin went back from 3:00 to 2:00 on 25 October 2026. */
    @Test
    void eightInTheMorningStaysEightAcrossTheEndOfSummerTime() {
        assertThat(runs("0 0 8 * * *", "2026-10-24T00:00:00Z", 3))
                .containsExactly("2026-10-24T06:00:00Z", "2026-10-25T07:00:00Z", "2026-10-26T07:00:00Z");
    }

    @Test
    void aTimeThatComesTwiceInThatNightIsOneDailyRun() {
        assertThat(runs("0 30 2 * * *", "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T00:30:00Z", "2026-10-26T01:30:00Z");
        assertThat(runs("0 */30 2 * * *", "2026-10-24T12:00:00Z", 3))
                .containsExactly("2026-10-25T00:00:00Z", "2026-10-25T00:30:00Z", "2026-10-26T01:00:00Z");
        assertThat(runs("0 0 2,3 * * *", "2026-10-24T12:00:00Z", 2))
                .containsExactly("2026-10-25T00:00:00Z", "2026-10-25T02:00:00Z");
    }

    @Test
    void eachHalfHourComesAsOftenInThatNightAsTheClockShowsIt() {
        assertThat(runs("0 */30 * * * *", "2026-10-25T00:00:00Z", 4))
                .containsExactly(
                        "2026-10-25T00:30:00Z", "2026-10-25T01:00:00Z", "2026-10-25T01:30:00Z", "2026-10-25T02:00:00Z");
        assertThat(runs("@hourly", "2026-10-25T00:00:00Z", 2))
                .containsExactly("2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z");
    }

    /** Berlin went from 2:00 to 3:00 on 29 March 2026. */
    @Test
    void eightInTheMorningStaysEightAcrossTheBeginningOfSummerTime() {
        assertThat(runs("0 0 8 * * *", "2026-03-28T00:00:00Z", 3))
                .containsExactly("2026-03-28T07:00:00Z", "2026-03-29T06:00:00Z", "2026-03-30T06:00:00Z");
    }

    @Test
    void aTimeThatTheClockSkipsIsARunAsSoonAsItHasBeenPutForward() {
        assertThat(runs("0 30 2 * * *", "2026-03-28T12:00:00Z", 2))
                .containsExactly("2026-03-29T01:00:00Z", "2026-03-30T00:30:00Z");
        assertThat(runs("0 30 2,3 * * *", "2026-03-28T12:00:00Z", 2))
                .containsExactly("2026-03-29T01:00:00Z", "2026-03-29T01:30:00Z");
    }

    @Test
    void aNextRunIsNeverInThePast() {
        Recurrence longMonth = Recurrence.of("0 0 0 L-30 * *", "UTC");
        Instant first =
                longMonth.nextAfter(Instant.parse("2026-03-28T00:00:00Z")).orElseThrow();

        assertThat(longMonth.nextAfter(first)).isEmpty();
    }

    @Test
    void anExpressionThatNeverMatchesHasNoNextRun() {
        assertThat(Recurrence.of("0 0 0 30 2 *", "UTC").nextAfter(Instant.EPOCH))
                .isEmpty();
    }

    @Test
    void whatItWritesItReadsAgain() {
        Recurrence daily = Recurrence.of("@daily", "Europe/Berlin");

        assertThat(daily).hasToString("Europe/Berlin @daily");
        assertThat(Recurrence.readable("Europe/Berlin @daily")).isEqualTo(daily);
    }

    @Test
    void whatItDidNotWriteIsNoRecurrence() {
        for (String text : List.of("", "PT5S", "2026-12-24T08:00:00Z", "Mars/Olympus 0 0 8 * * *", "UTC daily")) {
            assertThat(Recurrence.readable(text)).as(text).isNull();
        }
    }

    private static List<String> runs(String cron, String after, int count) {
        Recurrence recurrence = Recurrence.of(cron, "Europe/Berlin");
        return Stream.iterate(
                        recurrence.nextAfter(Instant.parse(after)).orElseThrow(),
                        run -> recurrence.nextAfter(run).orElseThrow())
                .limit(count)
                .map(Instant::toString)
                .toList();
    }
}
