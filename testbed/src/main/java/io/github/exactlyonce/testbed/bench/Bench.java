package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.bench.rivals.Rival;
import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.redisson.api.RedissonClient;
import org.springframework.data.redis.core.RedisTemplate;
import org.springframework.integration.redis.util.RedisLockRegistry;

/**
 * {@code mvn -Pbench}: see {@link BenchOptions}. Every contender is started, then warmed up until its rate is steady; then they take turns, one at a time
 * while the others are idle, so that a machine that gets busier is not one contender's bad luck. What it found goes to {@code testbed/target/bench} too.
 */
public final class Bench implements AutoCloseable {

    /** For figures, not for a fast start; {@code -Dtestbed.jvm} chooses others. */
    private static final String JVM = "-Xmx256m";

    /** Longer than locks live, and until Redis has found those that nobody asks for. */
    private static final Duration EXPIRY = Duration.ofSeconds(8);

    private final BenchOptions options;
    private final PrintStream out;
    private final List<String> jvmOptions =
            List.of(System.getProperty("testbed.jvm", JVM).trim().split(" +"));
    private final List<Contender> contenders = Collections.synchronizedList(new ArrayList<>());
    private final List<Entrant> entrants = new ArrayList<>();

    private Bench(BenchOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "stop the contenders"));
    }

    public static void main(String[] args) throws InterruptedException {
        try (Bench bench = new Bench(BenchOptions.parse(args), System.out)) {
            BenchReport report = bench.run();
            report.write(directory());
            System.out.printf("%s%nAlso in %s%n", report, directory());
            if (!report.isClean()) {
                System.exit(1); // ends Maven too, before it adds a page of its own
            }
        } catch (BenchException | IllegalStateException | RedisException e) { // a wrong option, or what did not start
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    private BenchReport run() throws InterruptedException {
        long start = System.nanoTime();
        String load = Machine.load();
        out.printf("Repeat it with: %s%n", options.command());
        launch();
        for (Contender contender : contenders) {
            entrants.add(Entrant.ready(contender));
            say("ready: " + contender.title());
        }
        for (Entrant entrant : entrants) {
            warmUp(entrant);
        }
        for (int round = 1; round <= options.rounds(); round++) {
            for (Entrant entrant : entrants) {
                Turn turn = entrant.turn(options, contenders);
                say("round %d of %d: %s: %s"
                        .formatted(round, options.rounds(), entrant.contender().title(), text(turn)));
            }
        }
        TimeUnit.MILLISECONDS.sleep(EXPIRY.toMillis());
        Duration took = Duration.ofNanos(System.nanoTime() - start);
        return new BenchReport(
                about(load, took), entrants.stream().map(BenchReport.Result::of).toList(), violations());
    }

    private void launch() {
        contenders.add(new RedisAlone(RedisProcess.start()));
        contenders.add(OurReplicas.launch(RedisProcess.start(), jvmOptions));
        Path logs = LocalSystem.directoryOf("bench");
        for (Rival rival : Rival.values()) {
            contenders.add(RivalReplicas.launch(rival, RedisProcess.start(), jvmOptions, logs));
        }
    }

    private void warmUp(Entrant entrant) throws InterruptedException {
        WarmUp warmUp = entrant.warmUp();
        while (!warmUp.isOver()) {
            entrant.warmUp(options, contenders);
            List<Double> rates = warmUp.rates();
            say("warming up: %s: %s orders/s"
                    .formatted(entrant.contender().title(), Samples.text(rates.get(rates.size() - 1))));
        }
    }

    private List<String> violations() {
        List<String> violations = new ArrayList<>();
        for (Entrant entrant : entrants) {
            if (entrant.contender().isOurs() && !entrant.wasExact()) {
                violations.add("This project lost or repeated orders.");
            }
            if (entrant.contender().isOurs() && entrant.stockDrift() != 0) {
                violations.add("This project's stock is not what the orders leave of it.");
            }
        }
        return violations;
    }

    private String about(String loadBefore, Duration took) {
        return """
                %,d orders a turn, or as many as go in %d s, and %d rounds in which all take turns; medians (smallest–largest). %d replicas each, as processes, with `%s`; a Redis %s for each contender, without persistence. Orders are \
                published as fast as Redis takes them, but at most %,d ahead of the work. A rate counts orders that were done, up to the last one's first effect. Redisson %s, Spring Integration %s, Spring Data Redis %s, Lettuce %s. \
                %s, all on one machine; load average %s before and %s after; %d s in all.
                Repeat it with: `%s`
                """.formatted(
                        options.orders(),
                        options.scope().turn().toSeconds(),
                        options.rounds(),
                        Contender.REPLICAS,
                        String.join(" ", jvmOptions),
                        entrants.get(0).redisVersion(),
                        Publisher.AHEAD,
                        version(RedissonClient.class),
                        version(RedisLockRegistry.class),
                        version(RedisTemplate.class),
                        version(RedisClient.class),
                        Machine.describe(),
                        loadBefore,
                        Machine.load(),
                        took.toSeconds(),
                        options.command());
    }

    private static String version(Class<?> type) {
        return type.getPackage().getImplementationVersion();
    }

    private static String text(Turn turn) {
        Outcome outcome = turn.outcome();
        return "%s orders/s%s%s"
                .formatted(
                        Samples.text(turn.rate()),
                        outcome.lost() == 0 ? "" : ", %d lost".formatted(outcome.lost()),
                        outcome.repeated() == 0 ? "" : ", %d done more than once".formatted(outcome.repeated()));
    }

    private void say(String what) {
        out.printf("  %s%n", what);
    }

    private static Path directory() {
        return LocalSystem.directoryOf("bench").getParent().resolveSibling("bench");
    }

    @Override
    public void close() {
        entrants.forEach(Entrant::close);
        contenders.forEach(Contender::close);
        contenders.clear();
    }
}
