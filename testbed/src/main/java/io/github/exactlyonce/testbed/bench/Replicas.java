package io.github.exactlyonce.testbed.bench;

import static io.github.exactlyonce.testbed.bench.Text.count;
import static io.github.exactlyonce.testbed.bench.Text.percent;

import io.github.exactlyonce.testbed.figures.Plot;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;

/** {@link Part#REPLICAS}: each replica hears every order and asks for its lock, and one of them does the work. */
final class Replicas {

    private static final List<Integer> COUNTS = List.of(1, 3, 6, 12);

    private final BenchOptions options;
    private final Progress progress;
    private final Crowd crowd;
    private final Map<Integer, List<Turn>> turns = new TreeMap<>();

    Replicas(BenchOptions options, Progress progress, Crowd crowd) {
        this.options = options;
        this.progress = progress;
        this.crowd = crowd;
    }

    Report report() throws InterruptedException {
        About about = new About(options, Part.REPLICAS);
        Entrant entrant = crowd.atLeast(Collections.max(COUNTS), progress);
        for (int round = 1; round <= options.rounds(); round++) {
            for (int count : Rotation.of(COUNTS, round)) {
                crowd.use(count);
                Turn turn = crowd.turn(entrant.randomOrders(), options.orders());
                turns.computeIfAbsent(count, any -> new ArrayList<>()).add(turn);
                progress.say("round %d of %d: %d replicas: %s orders/s"
                        .formatted(round, options.rounds(), count, Samples.text(turn.rate())));
            }
        }
        String sentences = """
                Orders straight from the script, as fast as Redis takes them, at most %,d ahead of the work; %,d orders a turn, or as many as go in %d s. %d replicas are started and warmed up together (%s; steady: %s); in a turn, those \
                beyond its number are paused and cut off from their channels.""".formatted(
                        Publisher.AHEAD,
                        options.orders(),
                        options.scope().turn().toSeconds(),
                        Collections.max(COUNTS),
                        entrant.warmUp().rule(),
                        entrant.warmUp().isSteady() ? "yes" : "no");
        return new Report(
                Part.REPLICAS.toString(),
                about.text(sentences, entrant.books().redisVersion()),
                List.of(work(), arithmetic()),
                List.of(rates(), costs()),
                details(),
                entrant.books().violations());
    }

    private Samples samples(int count, ToDoubleFunction<Turn> figure) {
        return Samples.of(turns.get(count), figure);
    }

    private Samples redis(int count) {
        return samples(count, turn -> turn.microsPerOrder(turn.cpu().redis()));
    }

    private Samples ofReplicas(int count) {
        return samples(count, turn -> turn.microsPerOrder(turn.cpu().replicas()));
    }

    private Samples all(int count) {
        return samples(count, turn -> turn.microsPerOrder(turn.cpu().total()));
    }

    private Table work() {
        Table table = Table.of(
                "Orders per second, and processor time in microseconds per order",
                "replicas",
                "orders/s",
                "Redis",
                "all replicas",
                "generator's part of all",
                "processors in use",
                "lost",
                "done more than once");
        for (int count : COUNTS) {
            table.row(
                    String.valueOf(count),
                    samples(count, Turn::rate).toString(),
                    redis(count).toString(),
                    ofReplicas(count).toString(),
                    percent(samples(
                                    count,
                                    turn -> turn.cpu().generator() / turn.cpu().total())
                            .median()),
                    Samples.text(samples(count, turn -> turn.cpu().total() / turn.seconds())
                            .median()),
                    count((long) samples(count, turn -> turn.outcome().lost()).sum()),
                    count((long)
                            samples(count, turn -> turn.outcome().repeated()).sum()));
        }
        return table;
    }

    /** What each replica more costs, and what throughput that would leave, if it were all that counts. */
    private Table arithmetic() {
        Table table = Table.of(
                "What a replica more costs, in microseconds per order, and what it takes away",
                "replicas",
                "Redis: a gate and a message more",
                "replicas: hearing of an order and losing it",
                "throughput to be expected if Redis were the limit",
                "if all processors are the limit",
                "throughput measured");
        int one = COUNTS.get(0);
        for (int count : COUNTS.subList(1, COUNTS.size())) {
            double byAll = all(one).median() / all(count).median();
            double measured = samples(count, Turn::rate).median()
                    / samples(one, Turn::rate).median();
            table.row(
                    String.valueOf(count),
                    Samples.text((redis(count).median() - redis(one).median()) / (count - one)),
                    Samples.text((ofReplicas(count).median() - ofReplicas(one).median()) / (count - one)),
                    percent(redis(one).median() / redis(count).median()),
                    percent(byAll),
                    percent(measured));
        }
        return table;
    }

    private Plot rates() {
        Plot plot = Plot.lines("rates", "More replicas on one Redis and one machine", "orders/s");
        COUNTS.forEach(count -> plot.add("orders/s", String.valueOf(count), samples(count, Turn::rate)));
        return plot;
    }

    private Plot costs() {
        Plot plot = Plot.lines("costs", "What more replicas cost", "µs of a processor per order");
        for (int count : COUNTS) {
            plot.add("Redis", String.valueOf(count), redis(count))
                    .add("all replicas", String.valueOf(count), ofReplicas(count));
        }
        return plot;
    }

    private Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        turns.forEach((count, all) -> details.put(
                String.valueOf(count), all.stream().map(Turn::details).toList()));
        return details;
    }
}
