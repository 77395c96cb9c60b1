package io.github.exactlyonce.testbed.bench.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class JobTest {

    @Test
    void areSpreadEvenlyAndEndBeforeTheNextOneWouldBegin() {
        assertThat(Job.spread("turn", 4, 1_000, Duration.ofSeconds(2)))
                .extracting(Job::dueMillis)
                .containsExactly(1_000L, 1_500L, 2_000L, 2_500L);
    }

    @Test
    void areAllDueAtOnceWithoutASpan() {
        assertThat(Job.spread("turn", 30, 1_000, Duration.ZERO))
                .extracting(Job::dueMillis)
                .containsOnly(1_000L);
    }

    @Test
    void everyOneHasAnIdOfItsOwn() {
        assertThat(Job.spread("turn", 30, 1_000, Duration.ZERO))
                .extracting(Job::id)
                .doesNotHaveDuplicates();
    }
}
