package io.github.exactlyonce.testbed.bench;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Lots of orders until the rate is steady: until neither of the last two was more than {@value #GAIN} times as fast as the best one before them.
 * A machine that does other things as well never has equal rates, but a JVM that has become fast does not become faster.
 */
final class WarmUp {

    static final double GAIN = 1.05;

    /** Beyond, it is said not to have become steady. */
    static final int MAX_LOTS = 12;

    private final List<Double> rates = new ArrayList<>();
    private double seconds;

    /** @param rate orders per second of one lot */
    void add(double rate, double seconds) {
        rates.add(rate);
        this.seconds += seconds;
    }

    boolean isSteady() {
        int before = rates.size() - 2;
        return before >= 1
                && Collections.max(rates.subList(before, rates.size()))
                        <= GAIN * Collections.max(rates.subList(0, before));
    }

    boolean isOver() {
        return isSteady() || rates.size() >= MAX_LOTS;
    }

    List<Double> rates() {
        return List.copyOf(rates);
    }

    double seconds() {
        return seconds;
    }
}
