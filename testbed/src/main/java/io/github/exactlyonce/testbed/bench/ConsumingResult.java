package io.github.exactlyonce.testbed.bench;

import static io.github.exactlyonce.testbed.bench.Text.count;
import static io.github.exactlyonce.testbed.bench.Text.percent;

import io.github.exactlyonce.testbed.figures.Plot;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/**
 * One contender's figures.
 *
 * @param stockDrift units, at the end, see {@link Books#stockDrift}
 */
record ConsumingResult(
        String title,
        String description,
        String onCrash,
        boolean isOurs,
        List<String> wrong,
        List<Turn> turns,
        WarmUp warmUp,
        long stockDrift,
        Footprint footprint) {

    static ConsumingResult of(Entrant entrant, Footprint footprint) {
        Contender contender = entrant.contender();
        return new ConsumingResult(
                contender.title(),
                contender.description(),
                contender.onCrash(),
                contender.isOurs(),
                entrant.books().wrong(),
                List.copyOf(entrant.turns()),
                entrant.warmUp(),
                entrant.books().stockDrift(),
                footprint);
    }

    /** @param results that of Redis alone is the first one */
    static Report report(String about, List<ConsumingResult> results) {
        String whoIsWho = results.stream()
                .map(result -> "- **%s.** %s %s".formatted(result.title, result.description, result.onCrash))
                .collect(Collectors.joining("\n"));
        return new Report(
                Part.CONSUMING.toString(),
                about + "\n" + whoIsWho,
                List.of(work(results), cost(results), warmUps(results)),
                List.of(plot(results)),
                details(results),
                results.stream()
                        .filter(ConsumingResult::isOurs)
                        .flatMap(result -> Violations.of(result.wrong, result.stockDrift).stream())
                        .toList());
    }

    private Samples samples(ToDoubleFunction<Turn> figure) {
        return Samples.of(turns, figure);
    }

    private int sum(ToDoubleFunction<Outcome> figure) {
        return (int) turns.stream()
                .mapToDouble(turn -> figure.applyAsDouble(turn.outcome()))
                .sum();
    }

    private static Table work(List<ConsumingResult> results) {
        Table table = Table.of(
                "Orders per second, and what became of them",
                "",
                "orders/s",
                "of Redis alone",
                "orders",
                "lost",
                "done more than once",
                "effects too many",
                "units wrong in the stock at the end");
        double alone = results.get(0).samples(Turn::rate).median();
        for (ConsumingResult result : results) {
            Samples rates = result.samples(Turn::rate);
            int orders = result.sum(Outcome::orders);
            table.row(
                    result.title,
                    rates.toString(),
                    percent(rates.median() / alone),
                    count(orders),
                    part(result.sum(Outcome::lost), orders),
                    part(result.sum(Outcome::repeated), orders),
                    count(result.sum(Outcome::extraEffects)),
                    count(result.stockDrift));
        }
        return table;
    }

    private static Table cost(List<ConsumingResult> results) {
        Table table = Table.of(
                "Processor time in milliseconds per order that was done, and memory",
                "",
                "all three replicas",
                "Redis",
                "generator",
                "generator's part of all",
                "Redis busy",
                "processors in use by all",
                "those whose turn it is not",
                "bytes kept in Redis per order",
                "of these, in its tables");
        for (ConsumingResult result : results) {
            table.row(
                    result.title,
                    result.samples(turn -> turn.per1000(turn.cpu().replicas())).toString(),
                    result.samples(turn -> turn.per1000(turn.cpu().redis())).toString(),
                    result.samples(turn -> turn.per1000(turn.cpu().generator())).toString(),
                    percent(result.samples(
                                    turn -> turn.cpu().generator() / turn.cpu().total())
                            .median()),
                    percent(result.samples(turn -> turn.cpu().redis() / turn.seconds())
                            .median()),
                    Samples.text(result.samples(turn -> turn.cpu().total() / turn.seconds())
                            .median()),
                    percent(result.samples(
                                    turn -> turn.cpu().idle() / turn.cpu().total())
                            .median()),
                    count(Math.round(result.footprint.total())),
                    count(Math.round(result.footprint.tables())));
        }
        return table;
    }

    private static Table warmUps(List<ConsumingResult> results) {
        Table table = Table.of(
                "Warm-up: " + results.get(0).warmUp.rule(),
                "",
                "seconds",
                "lots",
                "orders/s of the first lot",
                "of the fastest",
                "steady");
        for (ConsumingResult result : results) {
            WarmUp warmUp = result.warmUp;
            table.row(
                    result.title,
                    Samples.text(warmUp.seconds()),
                    count(warmUp.rates().size()),
                    Samples.text(warmUp.rates().get(0)),
                    Samples.text(warmUp.best()),
                    warmUp.isSteady() ? "yes" : "no");
        }
        return table;
    }

    private static Plot plot(List<ConsumingResult> results) {
        Plot plot = Plot.bars("rates", "Three replicas, orders straight from Redis", "orders/s that were done");
        results.forEach(result -> plot.add("", result.label(), result.samples(Turn::rate)));
        return plot;
    }

    /** A bar that is long because it is wrong must not look like a good one. */
    private String label() {
        return sum(Outcome::lost) + sum(Outcome::repeated) == 0 ? title : title + " (wrong)";
    }

    /** Every turn's own figures, for whoever wants other ones. */
    private static Map<String, Object> details(List<ConsumingResult> results) {
        Map<String, Object> contenders = new LinkedHashMap<>();
        for (ConsumingResult result : results) {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("turns", result.turns.stream().map(Turn::details).toList());
            fields.put("warmUpOrdersPerSecond", result.warmUp.rates());
            fields.put("warmUpSeconds", result.warmUp.seconds());
            fields.put("stockDriftUnits", result.stockDrift);
            fields.put("bytesPerOrder", result.footprint);
            contenders.put(result.title, fields);
        }
        return contenders;
    }

    private static String part(int some, int all) {
        return some == 0 ? "0" : "%s (%s)".formatted(count(some), percent(some / (double) all));
    }
}
