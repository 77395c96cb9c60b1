package io.github.exactlyonce.testbed.bench;

import java.util.List;

/** How the processes that are measured are started. */
final class Jvm {

    /** For figures, not for a fast start. The collector is that of the images. */
    private static final String OPTIONS = "-Xmx256m -XX:+UseSerialGC";

    private Jvm() {}

    /** {@code -Dtestbed.jvm} chooses others. */
    static List<String> options() {
        return List.of(System.getProperty("testbed.jvm", OPTIONS).trim().split(" +"));
    }
}
