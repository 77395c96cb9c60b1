package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.figures.Samples;
import java.util.Locale;

/** Figures as they stand in a table. */
final class Text {

    private Text() {}

    static String percent(double part) {
        return Samples.text(100 * part) + " %";
    }

    static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
