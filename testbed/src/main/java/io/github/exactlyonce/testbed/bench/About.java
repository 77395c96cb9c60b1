package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.figures.Revision;
import java.time.Duration;

/** What is said of every part: with what, where, how long, and how to do it again. */
final class About {

    private final BenchOptions options;
    private final Part part;
    private final long start = System.nanoTime();
    private final String revision = Revision.now();
    private final String loadBefore = Machine.load();

    /** When the part begins. */
    About(BenchOptions options, Part part) {
        this.options = options;
        this.part = part;
    }

    /** When it ends. @param sentences what was done */
    String text(String sentences, String redisVersion) {
        return """
                %s. %s %s JVMs with `%s`; Redis %s, without persistence unless named. %s, all on one machine; load average %s before and %s after; %d s in all.
                Repeat it with: `%s`
                """.formatted(
                        revision,
                        sentences.strip(),
                        part == Part.CRASH
                                ? "Sums over all kills."
                                : "Medians (smallest–largest) of %d rounds.".formatted(options.rounds()),
                        String.join(" ", Jvm.options()),
                        redisVersion,
                        Machine.describe(),
                        loadBefore,
                        Machine.load(),
                        Duration.ofNanos(System.nanoTime() - start).toSeconds(),
                        options.command(part));
    }
}
