package io.github.exactlyonce.testbed.bench;

/**
 * What one contender did with one lot of orders while all others were idle. Rates are of orders that were done, not of effects: one that is done twice
 * counts once.
 *
 * @param seconds from the first message to the last order's first effect, by Redis's clock
 * @param cpu spent meanwhile
 */
record Turn(Outcome outcome, double seconds, Cpu cpu) {

    double rate() {
        return outcome.done() / seconds;
    }

    /** In seconds of one processor. */
    double per1000(double cpuSeconds) {
        return 1_000 * cpuSeconds / Math.max(1, outcome.done());
    }
}
