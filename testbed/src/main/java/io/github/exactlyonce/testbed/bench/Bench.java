package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Revision;
import io.github.exactlyonce.testbed.system.LocalSystem;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * {@code mvn -Pbench}: see {@link Part} and {@link BenchOptions}. What it found goes to {@code testbed/target/bench} too.
 *
 * <p>Ends with 1 if this project lost or repeated an order or its stock is wrong, whatever the figures are, and with 2 if a part could not be measured.
 */
public final class Bench {

    /** All parts together. */
    private static final String ALL = "bench.md";

    private static final int VIOLATED = 1;
    private static final int NOT_MEASURED = 2;

    private final BenchOptions options;
    private final PrintStream out;
    private final List<Report> reports = new ArrayList<>();
    private final List<String> failures = new ArrayList<>();
    private final long start = System.nanoTime();

    Bench(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
    }

    public static void main(String[] args) throws InterruptedException {
        Locale.setDefault(Locale.ROOT); // figures look the same wherever they are taken
        int code = NOT_MEASURED;
        try {
            code = new Bench(BenchOptions.parse(args), System.out).run(directory());
        } catch (BenchException e) { // a wrong option
            System.err.println(e.getMessage());
        } catch (RuntimeException e) { // a mistake of ours, and nothing that the figures say
            e.printStackTrace();
        }
        if (code != 0) {
            System.exit(code); // ends Maven too, before it adds a page of its own
        }
    }

    private int run(Path directory) throws InterruptedException {
        out.printf("Repeat it with: %s%n", options.command());
        clear(directory);
        try (Stage stage = new Stage(options)) {
            for (Part part : options.parts()) {
                if (!stage.isOver()) {
                    measure(part, stage, directory);
                }
            }
            if (!stage.isOver()) {
                write(directory);
                out.printf("%nAlso in %s, with plots; %d s in all%n", directory, seconds());
            }
        }
        failures.forEach(System.err::println);
        return exitCode();
    }

    /** What one part takes. */
    interface Measurement {
        Report report(Part part) throws InterruptedException;
    }

    private void measure(Part part, Stage stage, Path directory) throws InterruptedException {
        measure(part, any -> report(part, stage, new Progress(out, part)), stage, directory);
    }

    /** Whatever a part fails of: the others are still measured, and what was lost or repeated before is said. */
    void measure(Part part, Measurement measurement, Stage stage, Path directory) throws InterruptedException {
        Report.delete(directory, part.toString()); // if it fails, the figures of another day must not stand there
        try {
            Report report = measurement.report(part);
            report.write(directory);
            reports.add(report);
            out.printf("%s%n", report);
        } catch (RuntimeException e) {
            if (!stage.isOver()) {
                fail(part, e, stage.isExact(), directory);
                stage.clear();
            }
        }
    }

    private void fail(Part part, RuntimeException e, boolean isExact, Path directory) {
        boolean saysIt = e instanceof BenchException;
        String failure = "%s could not be measured: %s".formatted(part, saysIt ? e.getMessage() : e);
        failures.add(failure);
        out.println(failure);
        if (!saysIt) {
            e.printStackTrace(out);
        }
        if (!isExact) { // which counts more, and which it may have failed of
            String violation = "Before that, this project lost or repeated something.";
            failures.add(violation);
            Report report = new Report(part.toString(), failure, List.of(), List.of(violation));
            report.write(directory);
            reports.add(report);
        }
    }

    private Report report(Part part, Stage stage, Progress progress) throws InterruptedException {
        return switch (part) {
            case CONSUMING -> stage.consuming(progress).report();
            case CRASH -> stage.crash(progress).report();
            case REPLICAS -> new Replicas(options, progress, stage.crowd()).report();
            case ITEMS -> new Items(options, progress, stage.crowd()).report();
            case HTTP -> new EndToEnd(options, progress, stage.http(progress)).report();
            case LATENCY -> new Latency(options, progress, stage.http(progress)).report();
            case DURABILITY -> new DurabilityLevels(options, progress, stage.http(progress)).report();
            case COST -> new Cost(options, progress, stage.http(progress)).report();
            case JOBS -> stage.jobs(progress).report();
        };
    }

    int exitCode() {
        return exitCode(reports, failures);
    }

    static int exitCode(List<Report> reports, List<String> failures) {
        if (!reports.stream().allMatch(Report::isClean)) {
            return VIOLATED;
        }
        return failures.isEmpty() ? 0 : NOT_MEASURED;
    }

    /** All of them in one document, each a level deeper. */
    private void write(Path directory) {
        StringBuilder text =
                new StringBuilder("""
                # What it can do, and what it costs

                %s. %s; %d s in all.
                Repeat it with: `%s`
                """.formatted(Revision.now(), Machine.describe(), seconds(), options.command()));
        failures.forEach(failure -> text.append("%n%s%n".formatted(failure)));
        reports.forEach(report ->
                text.append(System.lineSeparator()).append(report.toString().replaceAll("(?m)^#", "##")));
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(ALL), text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void clear(Path directory) {
        try {
            Files.deleteIfExists(directory.resolve(ALL));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private long seconds() {
        return Duration.ofNanos(System.nanoTime() - start).toSeconds();
    }

    private static Path directory() {
        return LocalSystem.directoryOf("bench").getParent().resolveSibling("bench");
    }
}
