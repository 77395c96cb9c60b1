package io.github.exactlyonce.inventory.jobs;

import java.time.Duration;
import java.util.random.RandomGenerator;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * Pauses between attempts: exponential, with full jitter, so that jobs which failed together do not come back together.
 * Source: Marc Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog.
 *
 * @param initial upper bound of the first pause
 * @param max upper bound of every pause
 */
public record Backoff(
        @DefaultValue("1s") @DurationMin(millis = 1) Duration initial,
        @DefaultValue("1m") @DurationMin(millis = 1) Duration max) {

    /** @param attempts made so far, at least 1 */
    Duration pause(int attempts, RandomGenerator random) {
        long bound = initial.toMillis();
        for (int i = 1; i < attempts && bound < max.toMillis(); i++) {
            bound *= 2;
        }
        return Duration.ofMillis(random.nextLong(1, Math.min(bound, max.toMillis()) + 1));
    }
}
