package io.github.exactlyonce.testbed.bench;

import static io.github.exactlyonce.testbed.bench.Text.count;
import static io.github.exactlyonce.testbed.bench.Text.percent;

import io.github.exactlyonce.testbed.bench.http.HttpOrders;
import io.github.exactlyonce.testbed.bench.http.Settlements;
import io.github.exactlyonce.testbed.figures.Plot;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.HdrHistogram.Histogram;

/** {@link Part#LATENCY}. */
final class Latency {

    private static final List<Integer> RATES = List.of(100, 500, 1_000);

    /** More than are ever needed at these rates: a connection that waits must not keep the next order from being sent. */
    private static final int CONNECTIONS = 64;

    private static final int TARGET_RATE = 500;
    private static final double TARGET_P50 = 2;
    private static final double TARGET_P99 = 10;

    private final BenchOptions options;
    private final Progress progress;
    private final HttpScene scene;
    private final Map<Integer, List<Measured>> turns = new TreeMap<>();

    Latency(BenchOptions options, Progress progress, HttpScene scene) {
        this.options = options;
        this.progress = progress;
        this.scene = scene;
    }

    /** @param unheard orders whose outcome the client did not hear of */
    private record Measured(HttpTurn turn, Histogram settled, long unheard) {}

    Report report() throws InterruptedException {
        About about = new About(options, Part.LATENCY);
        for (int round = 1; round <= options.rounds(); round++) {
            for (int rate : Rotation.of(RATES, round)) {
                Measured measured = measure(rate);
                turns.computeIfAbsent(rate, any -> new ArrayList<>()).add(measured);
                progress.say("round %d of %d: %d/s: p50 %s ms, p99 %s ms"
                        .formatted(
                                round,
                                options.rounds(),
                                rate,
                                Samples.text(millis(measured.settled(), 50)),
                                Samples.text(millis(measured.settled(), 99))));
            }
        }
        String sentences = """
                Orders over HTTP at a fixed rate, whether there are answers or not, for %d s a turn; the rates take turns. All times count from when an order was meant to be sent, so whoever falls behind does not look fast. Settled means that the client, which is subscribed to \
                `inventory_updates`, has heard of the outcome. Percentiles are of all rounds together (HdrHistogram). Lateness says how long after its time an order was sent: if it is not small, the generator or its %d connections were too slow for this rate.""".formatted(options.scope().turn().toSeconds(), CONNECTIONS);
        return new Report(
                Part.LATENCY.toString(),
                about.text(sentences, scene.books().redisVersion()),
                List.of(settled(), answers(), targets()),
                List.of(plot()),
                details(),
                scene.books().violations());
    }

    private Measured measure(int rate) throws InterruptedException {
        try (Settlements settlements = new Settlements(scene.redis().port());
                HttpOrders client = scene.client(CONNECTIONS, "")) {
            HttpTurn turn = scene.turnAtRate(client, options.scope().turn(), rate);
            Histogram settled = HttpOrders.histogram();
            long unheard = 0;
            for (HttpOrders.Sent sent : turn.run().accepted()) {
                Long heardAt = settlements.heardAt().get(sent.order().orderId());
                if (heardAt == null) {
                    unheard++;
                } else {
                    settled.recordValue(HttpOrders.micros(heardAt - sent.intendedNanos()));
                }
            }
            return new Measured(turn, settled, unheard);
        }
    }

    private static double millis(Histogram histogram, double percentile) {
        return histogram.getValueAtPercentile(percentile) / 1e3;
    }

    private Table settled() {
        Table table = Table.of(
                "From sent to settled, in milliseconds",
                "orders/s",
                "orders",
                "p50",
                "p99",
                "p99.9",
                "max",
                "p99 of each round",
                "outcome not heard",
                "lost",
                "done more than once");
        for (int rate : RATES) {
            Histogram all = together(rate);
            table.row(
                    count(rate),
                    count(all.getTotalCount()),
                    Samples.text(millis(all, 50)),
                    Samples.text(millis(all, 99)),
                    Samples.text(millis(all, 99.9)),
                    Samples.text(millis(all, 100)),
                    each(rate, 99).toString(),
                    count(turns.get(rate).stream().mapToLong(Measured::unheard).sum()),
                    count(turns.get(rate).stream()
                            .mapToLong(each -> each.turn().turn().outcome().lost())
                            .sum()),
                    count(turns.get(rate).stream()
                            .mapToLong(each -> each.turn().turn().outcome().repeated())
                            .sum()));
        }
        return table;
    }

    private Table answers() {
        Table table = Table.of(
                "From sent to the answer of the POST, in milliseconds; the generator",
                "orders/s",
                "p50",
                "p99",
                "p99.9",
                "max",
                "503, sent again",
                "lateness p99",
                "lateness max",
                "generator's part of all processor time",
                "processors in use");
        for (int rate : RATES) {
            Histogram answers = HttpOrders.histogram();
            Histogram lateness = HttpOrders.histogram();
            Samples generator = new Samples();
            Samples inUse = new Samples();
            for (Measured each : turns.get(rate)) {
                answers.add(each.turn().run().answers());
                lateness.add(each.turn().run().lateness());
                Turn turn = each.turn().turn();
                generator.add(turn.cpu().generator() / turn.cpu().total());
                inUse.add(turn.cpu().total() / turn.seconds());
            }
            table.row(
                    count(rate),
                    Samples.text(millis(answers, 50)),
                    Samples.text(millis(answers, 99)),
                    Samples.text(millis(answers, 99.9)),
                    Samples.text(millis(answers, 100)),
                    count(turns.get(rate).stream()
                            .mapToLong(each -> each.turn().run().repeats())
                            .sum()),
                    Samples.text(millis(lateness, 99)),
                    Samples.text(millis(lateness, 100)),
                    percent(generator.median()),
                    Samples.text(inUse.median()));
        }
        return table;
    }

    private Table targets() {
        Histogram all = together(TARGET_RATE);
        return Table.of(
                        "Against its targets, at %d/s, in milliseconds".formatted(TARGET_RATE),
                        "",
                        "measured",
                        "target",
                        "reached")
                .row(
                        "settled p50",
                        Samples.text(millis(all, 50)),
                        "≤ " + Samples.text(TARGET_P50),
                        millis(all, 50) <= TARGET_P50 ? "yes" : "no")
                .row(
                        "settled p99",
                        Samples.text(millis(all, 99)),
                        "≤ " + Samples.text(TARGET_P99),
                        millis(all, 99) <= TARGET_P99 ? "yes" : "no");
    }

    private Histogram together(int rate) {
        Histogram all = HttpOrders.histogram();
        turns.get(rate).forEach(each -> all.add(each.settled()));
        return all;
    }

    private Samples each(int rate, double percentile) {
        return Samples.of(turns.get(rate), each -> millis(each.settled(), percentile));
    }

    private Plot plot() {
        Plot plot = Plot.logarithmicLines("settled", "From sent to settled, at fixed rates", "ms, by percentile");
        for (int rate : RATES) {
            for (double percentile : new double[] {50, 90, 99, 99.9, 100}) {
                String name = percentile == 100 ? "max" : "p" + (percentile == 99.9 ? "99.9" : (int) percentile);
                plot.add(count(rate) + "/s", name, each(rate, percentile));
            }
        }
        return plot;
    }

    private Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        turns.forEach((rate, all) -> details.put(
                rate + "/s",
                all.stream()
                        .map(each -> Map.of(
                                "turn", each.turn().turn().details(),
                                "settledP50Millis", millis(each.settled(), 50),
                                "settledP99Millis", millis(each.settled(), 99),
                                "settledMaxMillis", millis(each.settled(), 100)))
                        .toList()));
        return details;
    }
}
