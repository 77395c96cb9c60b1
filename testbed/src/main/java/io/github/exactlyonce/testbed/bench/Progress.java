package io.github.exactlyonce.testbed.bench;

import java.io.PrintStream;

/** Lines for who waits. */
final class Progress {

    private final PrintStream out;
    private final Part part;

    Progress(PrintStream out, Part part) {
        this.out = out;
        this.part = part;
    }

    void say(String what) {
        out.printf("  %s: %s%n", part, what);
    }
}
