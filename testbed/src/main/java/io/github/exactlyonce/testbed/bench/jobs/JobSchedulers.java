package io.github.exactlyonce.testbed.bench.jobs;

import io.github.exactlyonce.testbed.bench.Audited;
import io.github.exactlyonce.testbed.bench.Rotation;
import io.github.exactlyonce.testbed.bench.Scope;
import io.github.exactlyonce.testbed.bench.WarmUp;
import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.figures.Plot;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Revision;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Jobs that are due at once, and jobs that are due one after the other, done by three workers of each scheduler. They are warmed up and then take turns, one at
 * a time while the others have no job.
 */
public final class JobSchedulers implements Audited {

    private static final int JOBS_PER_SECOND = 200;

    /** From the first job that is scheduled to the first that is due: nobody may start before all are scheduled. */
    private static final Duration AHEAD = Duration.ofMillis(600);

    /** What every store takes at least, on a machine that is not too busy to measure anything. */
    private static final int SCHEDULED_PER_SECOND = 10_000;

    private final Scope scope;
    private final int rounds;
    private final List<String> jvmOptions;
    private final String command;
    private final Consumer<String> progress;
    private final int burst;
    private final Duration span;
    private final List<JobContender> contenders = Collections.synchronizedList(new ArrayList<>());
    private final List<JobEntrant> entrants = new ArrayList<>();
    private final List<String> leftOut = new ArrayList<>();

    /**
     * @param rounds how often each turn comes
     * @param jvmOptions of every worker
     * @param command that does it again
     * @param progress hears a line now and then
     */
    public JobSchedulers(Scope scope, int rounds, List<String> jvmOptions, String command, Consumer<String> progress) {
        this.scope = scope;
        this.rounds = rounds;
        this.jvmOptions = jvmOptions;
        this.command = command;
        this.progress = progress;
        this.burst = scope == Scope.FULL ? 20_000 : 5_000;
        this.span = Duration.ofSeconds(scope == Scope.FULL ? 10 : 2);
    }

    public Report report() throws InterruptedException {
        long start = System.nanoTime();
        String load = Machine.load();
        launch();
        for (JobContender contender : contenders) {
            entrants.add(JobEntrant.ready(contender, warmUp()));
            progress.accept("ready: " + contender.title());
        }
        for (JobEntrant entrant : entrants) {
            while (!entrant.warmUp().isOver()) {
                Turn turn = entrant.warmUp(burst);
                progress.accept("warming up: %s: %s jobs/s"
                        .formatted(entrant.contender().title(), Samples.text(turn.rate())));
            }
        }
        for (int round = 1; round <= rounds; round++) {
            for (JobEntrant entrant : Rotation.of(entrants, round)) {
                Turn atOnce = entrant.burst(burst, AHEAD.plusMillis(1_000L * burst / SCHEDULED_PER_SECOND));
                Turn stream = entrant.stream((int) (JOBS_PER_SECOND * span.toSeconds()), AHEAD, span);
                progress.accept("round %d of %d: %s: %s jobs/s; p99 %s ms late"
                        .formatted(
                                round,
                                rounds,
                                entrant.contender().title(),
                                Samples.text(atOnce.rate()),
                                Samples.text(stream.outcome().lateness(99))));
            }
        }
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return new Report(
                "jobs",
                about(load, took),
                List.of(atOnce(), lateness(), warmUps()),
                List.of(
                        plot(
                                "rate",
                                "%,d jobs that are due at once".formatted(burst),
                                "jobs/s",
                                JobEntrant::bursts,
                                Turn::rate),
                        plot(
                                "lateness",
                                "%d jobs a second: done too late by, at most, 99 of 100".formatted(JOBS_PER_SECOND),
                                "ms",
                                JobEntrant::streams,
                                turn -> turn.outcome().lateness(99))),
                Map.of(),
                violations());
    }

    private WarmUp warmUp() {
        return scope == Scope.FULL
                ? new WarmUp(Duration.ofSeconds(30), Duration.ofSeconds(75))
                : new WarmUp(Duration.ofSeconds(4), Duration.ofSeconds(8));
    }

    private void launch() {
        contenders.add(OurJobs.launch(jvmOptions));
        contenders.add(PublishedJobs.launch(jvmOptions));
        try {
            contenders.add(DbSchedulerJobs.launch(jvmOptions));
        } catch (IOException e) {
            leftOut.add("db-scheduler is left out, because PostgreSQL does not start here: " + e.getMessage());
            leftOut.forEach(progress);
        }
    }

    private Table atOnce() {
        Table table = Table.of(
                "%,d jobs that are due at once".formatted(burst),
                "scheduler",
                "jobs/s",
                "CPU of the workers, µs per job",
                "CPU of the store, µs per job",
                "lost",
                "done more than once");
        for (JobEntrant entrant : entrants) {
            List<Turn> turns = entrant.bursts();
            table.row(
                    entrant.contender().title(),
                    text(turns, Turn::rate),
                    text(turns, turn -> turn.perJob(turn.workersCpu())),
                    text(turns, turn -> turn.perJob(turn.storeCpu())),
                    sum(turns, Outcome::lost),
                    sum(turns, Outcome::repeated));
        }
        return table;
    }

    private Table lateness() {
        Table table = Table.of(
                "%d jobs a second, evenly spread: milliseconds from due to done".formatted(JOBS_PER_SECOND),
                "scheduler",
                "p50",
                "p99",
                "max",
                "CPU of the workers, µs per job",
                "CPU of the store, µs per job",
                "lost",
                "done more than once");
        for (JobEntrant entrant : entrants) {
            List<Turn> turns = entrant.streams();
            table.row(
                    entrant.contender().title(),
                    text(turns, turn -> turn.outcome().lateness(50)),
                    text(turns, turn -> turn.outcome().lateness(99)),
                    text(turns, turn -> turn.outcome().lateness(100)),
                    text(turns, turn -> turn.perJob(turn.workersCpu())),
                    text(turns, turn -> turn.perJob(turn.storeCpu())),
                    sum(turns, Outcome::lost),
                    sum(turns, Outcome::repeated));
        }
        return table;
    }

    private Table warmUps() {
        Table table = Table.of("Warming up", "scheduler", "seconds", "steady", "first lot, jobs/s", "last lot, jobs/s");
        for (JobEntrant entrant : entrants) {
            List<Double> rates = entrant.warmUp().rates();
            table.row(
                    entrant.contender().title(),
                    Samples.text(entrant.warmUp().seconds()),
                    entrant.warmUp().isSteady() ? "yes" : "no",
                    Samples.text(rates.get(0)),
                    Samples.text(rates.get(rates.size() - 1)));
        }
        return table;
    }

    private Plot plot(
            String name,
            String title,
            String unit,
            Function<JobEntrant, List<Turn>> turns,
            ToDoubleFunction<Turn> figure) {
        Plot plot = Plot.bars(name, title, unit);
        for (JobEntrant entrant : entrants) {
            Samples samples = samples(turns.apply(entrant), figure);
            if (Double.isFinite(samples.most())) { // who lost jobs is in the tables
                plot.add(unit, entrant.contender().title(), samples);
            }
        }
        return plot;
    }

    private List<String> violations() {
        return entrants.stream()
                .filter(entrant -> entrant.contender().isOurs())
                .flatMap(entrant -> entrant.violations().stream())
                .toList();
    }

    private String about(String loadBefore, Duration took) {
        String who = entrants.stream()
                .map(JobEntrant::contender)
                .map(each -> "- **%s** (%s). %s %s"
                        .formatted(each.title(), each.store(), each.description(), each.onCrash()))
                .collect(Collectors.joining(System.lineSeparator()));
        return """
                %s. %d rounds in which all take turns; medians (smallest–largest). %d workers each, as processes, with `%s`, and a store of their own that need not survive a power cut. A job adds a unit to the stock of \
                one of %d SKUs and leaves an entry in a ledger, from which each is counted; times are the store's. All jobs are scheduled before the first is due. Processor time is read from the first due time to \
                the last effect. Lettuce %s, db-scheduler %s, HikariCP %s. %s, all on one machine; load average %s before and %s after; %d s in all.%s
                Repeat it with: `%s`

                %s
                """.formatted(
                        Revision.now(),
                        rounds,
                        JobContender.WORKERS,
                        String.join(" ", jvmOptions),
                        Job.SKUS.size(),
                        version("io.lettuce/lettuce-core"),
                        version("com.github.kagkarlsson/db-scheduler"),
                        version("com.zaxxer/HikariCP"),
                        Machine.describe(),
                        loadBefore,
                        Machine.load(),
                        took.toSeconds(),
                        remarks().map(sentence -> " " + sentence).collect(Collectors.joining()),
                        command,
                        who);
    }

    private Stream<String> remarks() {
        return Stream.concat(
                leftOut.stream(),
                entrants.stream()
                        .filter(entrant -> entrant.lateLots() > 0)
                        .map(entrant ->
                                "The machine was too busy: %d lots of '%s' were due before they were all scheduled."
                                        .formatted(
                                                entrant.lateLots(),
                                                entrant.contender().title())));
    }

    private static String text(List<Turn> turns, ToDoubleFunction<Turn> figure) {
        return samples(turns, figure).toString();
    }

    private static Samples samples(List<Turn> turns, ToDoubleFunction<Turn> figure) {
        return Samples.of(turns, figure);
    }

    private static String sum(List<Turn> turns, ToDoubleFunction<Outcome> figure) {
        return "%,.0f"
                .formatted(turns.stream()
                        .mapToDouble(turn -> figure.applyAsDouble(turn.outcome()))
                        .sum());
    }

    /** What its jar says; its manifest does not always. */
    private static String version(String artifact) {
        Properties properties = new Properties();
        try (@Nullable
                InputStream in =
                        JobSchedulers.class.getResourceAsStream("/META-INF/maven/" + artifact + "/pom.properties")) {
            if (in != null) {
                properties.load(in);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return properties.getProperty("version", "?");
    }

    @Override
    public boolean isExact() {
        return entrants.stream().filter(entrant -> entrant.contender().isOurs()).allMatch(JobEntrant::wasExact);
    }

    @Override
    public void close() {
        contenders.forEach(JobContender::close);
        contenders.clear();
    }
}
