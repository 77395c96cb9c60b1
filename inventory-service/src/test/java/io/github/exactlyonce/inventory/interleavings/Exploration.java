package io.github.exactlyonce.inventory.interleavings;

import java.time.Duration;
import java.util.Optional;

/**
 * What was looked at.
 *
 * @param states different ones
 * @param steps between them
 * @param schedules from the beginning to where no step is possible any more, which these steps make up
 * @param ends different contents of Redis from which the rest was settled by one healthy replica
 * @param violation the shortest one
 */
record Exploration(
        int states, long steps, double schedules, int longest, int ends, Duration took, Optional<Violation> violation) {

    @Override
    public String toString() {
        return String.format(
                "%,d states, %,d steps, %,.0f schedules of up to %d steps, %,d ends, %.1f s",
                states, steps, schedules, longest, ends, took.toMillis() / 1e3);
    }
}
