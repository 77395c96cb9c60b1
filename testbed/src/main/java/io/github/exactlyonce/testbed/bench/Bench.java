package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.lettuce.core.RedisException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * {@code mvn -Pbench}: see {@link Part} and {@link BenchOptions}. What it found goes to {@code testbed/target/bench} too.
 *
 * <p>Ends with 1 if this project lost or repeated an order or its stock is wrong, whatever the figures are, and with 2 if a part could not be measured.
 */
public final class Bench {

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
        try {
            int code = new Bench(BenchOptions.parse(args), System.out).run(directory());
            if (code != 0) {
                System.exit(code); // ends Maven too, before it adds a page of its own
            }
        } catch (BenchException e) { // a wrong option
            System.err.println(e.getMessage());
            System.exit(2);
        }
    }

    private int run(Path directory) throws InterruptedException {
        out.printf("Repeat it with: %s%n", options.command());
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
        return exitCode(reports, failures);
    }

    private void measure(Part part, Stage stage, Path directory) throws InterruptedException {
        try {
            Report report = report(part, stage, new Progress(out, part));
            report.write(directory);
            reports.add(report);
            out.printf("%s%n", report);
        } catch (BenchException
                | IllegalStateException
                | UncheckedIOException
                | RedisException e) { // did not start, or not go on
            if (!stage.isOver()) {
                String failure = "%s could not be measured: %s".formatted(part, e.getMessage());
                failures.add(failure);
                out.println(failure);
                if (!stage.isExact()) { // which counts more, and which it may have failed of
                    String violation = "Before that, this project lost or repeated something.";
                    failures.add(violation);
                    Report report = new Report(part.toString(), failure, List.of(), List.of(violation));
                    report.write(directory);
                    reports.add(report);
                }
                stage.clear();
            }
        }
    }

    private Report report(Part part, Stage stage, Progress progress) throws InterruptedException {
        return switch (part) {
            case CONSUMING -> stage.consuming(progress).report();
            case REPLICAS -> new Replicas(options, progress, stage.crowd()).report();
            case ITEMS -> new Items(options, progress, stage.crowd()).report();
            case HTTP -> new EndToEnd(options, progress, stage.http(progress)).report();
            case LATENCY -> new Latency(options, progress, stage.http(progress)).report();
            case DURABILITY -> new DurabilityLevels(options, progress, stage.http(progress)).report();
            case COST -> new Cost(options, progress, stage.http(progress)).report();
            case JOBS -> stage.jobs(progress).report();
        };
    }

    static int exitCode(List<Report> reports, List<String> failures) {
        if (!reports.stream().allMatch(Report::isClean)) {
            return 1;
        }
        return failures.isEmpty() ? 0 : 2;
    }

    /** All of them in one document, each a level deeper. */
    private void write(Path directory) {
        StringBuilder text = new StringBuilder("""
                # What it can do, and what it costs

                %s. %d s in all.
                Repeat it with: `%s`
                """.formatted(Machine.describe(), seconds(), options.command()));
        failures.forEach(failure -> text.append("%n%s%n".formatted(failure)));
        reports.forEach(report ->
                text.append(System.lineSeparator()).append(report.toString().replaceAll("(?m)^#", "##")));
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("bench.md"), text);
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
