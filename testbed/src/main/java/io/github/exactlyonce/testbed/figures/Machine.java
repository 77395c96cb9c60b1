package io.github.exactlyonce.testbed.figures;

import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What figures were taken on. */
public final class Machine {

    private Machine() {}

    /** System, processors and JDK. */
    public static String describe() {
        return "%s %s, %d processors, JDK %s"
                .formatted(
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version());
    }

    /** The load average of the last minute, by whoever. */
    public static String load() {
        return String.format(
                Locale.ROOT,
                "%.1f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
