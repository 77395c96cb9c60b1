package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.lettuce.core.RedisException;
import java.io.PrintStream;
import java.nio.file.Path;

/** {@code mvn -Pscaling}: see {@link Part} and {@link ScalingOptions}. What it found goes to {@code testbed/target/scaling} too. */
public final class Scaling {

    private Scaling() {}

    public static void main(String[] args) throws InterruptedException {
        try {
            if (!allClean(ScalingOptions.parse(args), System.out)) {
                System.exit(1); // ends Maven too, before it adds a page of its own
            }
        } catch (ScalingException | IllegalStateException | RedisException e) { // a wrong option, or what did not start
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private static boolean allClean(ScalingOptions options, PrintStream out) throws InterruptedException {
        boolean clean = true;
        for (Part part : options.parts()) {
            out.printf("Repeat it with: %s%n", options.command(part));
            Report report = switch (part) {
                case COSTS -> Costs.report(options, out);
                case PROOF -> new Proof(options, out).report();
                case SKEW -> Skew.report();
            };
            report.write(directory());
            out.printf("%s%nAlso in %s%n", report, directory());
            clean &= report.isClean();
        }
        return clean;
    }

    private static Path directory() {
        return LocalSystem.directoryOf("scaling").getParent().resolveSibling("scaling");
    }
}
