package io.github.exactlyonce.testbed.scaling;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The same figure, taken some times. */
final class Samples {

    /** What is less is what the window did not quite end with. */
    static final double NOTHING = 0.01;

    private final List<Double> values = new ArrayList<>();

    void add(double value) {
        values.add(value);
    }

    double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    /** The median, and the smallest and the largest one. */
    @Override
    public String toString() {
        double least = values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
        double most = values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
        return "%s (%s–%s)".formatted(text(median()), text(least), text(most));
    }

    static String text(double value) {
        if (Math.abs(value) < NOTHING) {
            return "0";
        }
        int digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
