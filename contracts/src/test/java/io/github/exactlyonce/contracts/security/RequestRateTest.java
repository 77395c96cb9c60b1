package io.github.exactlyonce.contracts.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RequestRateTest {

    private final AtomicLong nanos = new AtomicLong(Long.MAX_VALUE - 1_000); // nanoTime may be anything, and go over
    private final RequestRate rate = new RequestRate(10, nanos::get);

    @Test
    void aSecondsWorthAtOnceAndThenOneInEachTenthOfASecond() {
        assertThat(allowedAtOnce("a")).isEqualTo(10);
        assertThat(rate.request("a")).isEqualTo(Duration.ofMillis(100));

        pass(Duration.ofMillis(99));
        assertThat(rate.request("a")).isEqualTo(Duration.ofMillis(1));
        pass(Duration.ofMillis(1));
        assertThat(allowedAtOnce("a")).isEqualTo(1);

        pass(Duration.ofMinutes(1)); // saves up for no more than a second
        assertThat(allowedAtOnce("a")).isEqualTo(10);
    }

    @Test
    void noClientPaysForAnother() {
        allowedAtOnce("a");

        assertThat(allowedAtOnce("b")).isEqualTo(10);
    }

    @Test
    void whoKeepsAskingIsNotKeptOutForIt() {
        allowedAtOnce("a");
        for (int i = 0; i < 50; i++) {
            rate.request("a");
        }

        pass(Duration.ofMillis(100));
        assertThat(rate.request("a")).isZero();
    }

    @Test
    void aFloodOfClientsTakesNoMoreThanItsPlaces() {
        for (int i = 0; i < RequestRate.MOST_CLIENTS + 1_000; i++) {
            rate.request("flood-" + i);
        }

        assertThat(rate.clients()).isEqualTo(RequestRate.MOST_CLIENTS + 1); // those who share one
        assertThat(rate.request("late")).as("shares, and nothing is left").isPositive();
        assertThat(rate.request("flood-0")).as("had been there before").isZero();

        pass(Duration.ofSeconds(2));
        assertThat(allowedAtOnce("late")).isEqualTo(10);
        assertThat(rate.clients()).as("those who are paid up are forgotten").isEqualTo(1);
    }

    private int allowedAtOnce(String client) {
        int allowed = 0;
        while (rate.request(client).isZero()) {
            allowed++;
        }
        return allowed;
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }
}
