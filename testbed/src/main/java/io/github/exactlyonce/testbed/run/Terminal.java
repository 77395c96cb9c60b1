package io.github.exactlyonce.testbed.run;

import java.io.IOException;
import java.io.PrintStream;
import java.util.List;

/** Standard output; in colour if it is a terminal and neither {@code NO_COLOR} nor {@code TERM=dumb} forbids it. */
final class Terminal {

    /** ANSI colours that can be read on a dark and on a light ground. */
    private static final List<Integer> COLOURS = List.of(36, 32, 33, 35, 34, 31);

    private final PrintStream out;
    private final boolean colour;

    Terminal(PrintStream out, boolean colour) {
        this.out = out;
        this.colour = colour;
    }

    static Terminal standardOutput() {
        boolean wanted =
                System.getenv().getOrDefault("NO_COLOR", "").isEmpty() && !"dumb".equals(System.getenv("TERM"));
        return new Terminal(System.out, wanted && isTerminal());
    }

    void say(String line) {
        out.println(line);
    }

    /** @param index of the process; the same index has the same colour */
    void line(int index, String name, int width, String line) {
        String prefix = name + " ".repeat(Math.max(0, width - name.length())) + " |";
        int code = COLOURS.get(index % COLOURS.size());
        out.println((colour ? "\u001b[" + code + "m" + prefix + "\u001b[0m" : prefix) + " " + line);
    }

    /** {@code System.console()} tells this differently from one JDK to the next. */
    private static boolean isTerminal() {
        try {
            return new ProcessBuilder("test", "-t", "1").inheritIO().start().waitFor() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
