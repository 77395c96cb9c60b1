package io.github.exactlyonce.testbed.figures;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The same figure, taken some times. Needs one at least before it is asked. */
public final class Samples {

    /** What is less is written as 0: it comes from a window that ended between two orders. */
    public static final double NOTHING = 0.01;

    private final List<Double> values = new ArrayList<>();

    /** One of each. */
    public static <T> Samples of(Collection<T> all, ToDoubleFunction<? super T> figure) {
        Samples samples = new Samples();
        all.forEach(each -> samples.add(figure.applyAsDouble(each)));
        return samples;
    }

    public void add(double value) {
        values.add(value);
    }

    public double median() {
        List<Double> sorted = values.stream().sorted().toList();
        int middle = sorted.size() / 2;
        return sorted.size() % 2 == 1 ? sorted.get(middle) : (sorted.get(middle - 1) + sorted.get(middle)) / 2;
    }

    public double least() {
        return values.stream().mapToDouble(Double::doubleValue).min().orElseThrow();
    }

    public double most() {
        return values.stream().mapToDouble(Double::doubleValue).max().orElseThrow();
    }

    public double sum() {
        return values.stream().mapToDouble(Double::doubleValue).sum();
    }

    /** The median, and the smallest and the largest one. */
    @Override
    public String toString() {
        return "%s (%s–%s)".formatted(text(median()), text(least()), text(most()));
    }

    /** With three digits that mean something. */
    public static String text(double value) {
        if (Math.abs(value) < NOTHING) {
            return "0";
        }
        int digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
        return String.format(Locale.ROOT, "%,." + digits + "f", value);
    }
}
