package io.github.exactlyonce.testbed.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * Lots of orders until the rate is steady: for some time, the same for all, and then until neither of the last two lots was more than
 * {@value #GAIN} times as fast as the best one before them. Without the first rule, a machine that is busy for a moment would make a cold JVM look steady.
 */
public final class WarmUp {

    static final double GAIN = 1.05;

    private final double atLeast;
    private final double atMost;
    private final List<Double> rates = new ArrayList<>();
    private double seconds;

    /** @param atMost beyond, it is said not to have become steady */
    public WarmUp(Duration atLeast, Duration atMost) {
        this.atLeast = atLeast.toMillis() / 1e3;
        this.atMost = atMost.toMillis() / 1e3;
    }

    /**
     * @param rate orders per second of one lot
     * @param seconds that it took, with all that belongs to it
     */
    public void add(double rate, double seconds) {
        rates.add(rate);
        this.seconds += seconds;
    }

    public boolean isSteady() {
        int before = rates.size() - 2;
        return seconds >= atLeast
                && before >= 1
                && Collections.max(rates.subList(before, rates.size()))
                        <= GAIN * Collections.max(rates.subList(0, before));
    }

    public boolean isOver() {
        return isSteady() || seconds >= atMost;
    }

    public List<Double> rates() {
        return List.copyOf(rates);
    }

    public double last() {
        return rates.get(rates.size() - 1);
    }

    public double best() {
        return Collections.max(rates);
    }

    public double seconds() {
        return seconds;
    }

    /** For a person. */
    String rule() {
        return "lots of orders for %.0f s, and on until neither of the last two is %s times as fast as the best before, or %.0f s"
                .formatted(atLeast, GAIN, atMost);
    }
}
