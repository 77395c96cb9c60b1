package io.github.exactlyonce.testbed.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Lots of orders until the rate is steady: for {@value #AT_LEAST} seconds, the same for all, and then until neither of the last two lots was more than
 * {@value #GAIN} times as fast as the best one before them. Without the first rule, a machine that is busy for a moment would make a cold JVM look steady.
 */
final class WarmUp {

    static final double GAIN = 1.05;
    static final int AT_LEAST = 30;

    /** Seconds. Beyond, it is said not to have become steady. */
    static final int AT_MOST = 75;

    private final List<Double> rates = new ArrayList<>();
    private double seconds;

    /**
     * @param rate orders per second of one lot
     * @param seconds that it took, with all that belongs to it
     */
    void add(double rate, double seconds) {
        rates.add(rate);
        this.seconds += seconds;
    }

    boolean isSteady() {
        int before = rates.size() - 2;
        return seconds >= AT_LEAST
                && before >= 1
                && Collections.max(rates.subList(before, rates.size()))
                        <= GAIN * Collections.max(rates.subList(0, before));
    }

    boolean isOver() {
        return isSteady() || seconds >= AT_MOST;
    }

    List<Double> rates() {
        return List.copyOf(rates);
    }

    double seconds() {
        return seconds;
    }
}
