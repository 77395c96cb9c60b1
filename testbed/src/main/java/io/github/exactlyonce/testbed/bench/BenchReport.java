package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was found.
 *
 * @param about in sentences: what was done, with what, where
 * @param violations what we ourselves must never do, in sentences; empty if all is well
 */
record BenchReport(String about, List<Result> results, List<String> violations) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /**
     * One contender's.
     *
     * @param stockDrift units, at the end, see {@link Entrant#stockDrift}
     */
    record Result(
            String title,
            String description,
            String onCrash,
            List<Turn> turns,
            WarmUp warmUp,
            long stockDrift,
            double bytesPerOrder) {

        static Result of(Entrant entrant) {
            Contender contender = entrant.contender();
            return new Result(
                    contender.title(),
                    contender.description(),
                    contender.onCrash(),
                    List.copyOf(entrant.turns()),
                    entrant.warmUp(),
                    entrant.stockDrift(),
                    entrant.bytesPerOrder());
        }

        Samples samples(ToDoubleFunction<Turn> figure) {
            Samples samples = new Samples();
            turns.forEach(turn -> samples.add(figure.applyAsDouble(turn)));
            return samples;
        }

        int sum(ToDoubleFunction<Outcome> figure) {
            return (int) turns.stream()
                    .mapToDouble(turn -> figure.applyAsDouble(turn.outcome()))
                    .sum();
        }
    }

    boolean isClean() {
        return violations.isEmpty();
    }

    /** {@code bench.md} and {@code bench.json}. */
    void write(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve("bench.md"), toString());
            Files.write(directory.resolve("bench.json"), JSON.writeValueAsBytes(json()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Every turn's own figures, for whoever wants other ones. */
    private Map<String, Object> json() {
        Map<String, Object> contenders = new LinkedHashMap<>();
        for (Result result : results) {
            List<Map<String, Object>> turns = new ArrayList<>();
            for (Turn turn : result.turns()) {
                Map<String, Object> fields = new LinkedHashMap<>();
                fields.put("outcome", turn.outcome());
                fields.put("seconds", turn.seconds());
                fields.put("ordersPerSecond", turn.rate());
                fields.put("cpuSeconds", turn.cpu());
                turns.add(fields);
            }
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("turns", turns);
            fields.put("warmUpOrdersPerSecond", result.warmUp().rates());
            fields.put("warmUpSeconds", result.warmUp().seconds());
            fields.put("stockDriftUnits", result.stockDrift());
            fields.put("bytesPerOrder", result.bytesPerOrder());
            contenders.put(result.title(), fields);
        }
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("about", about);
        json.put("violations", violations);
        json.put("contenders", contenders);
        return json;
    }

    /** Markdown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("# Side by side%n%n%s%n".formatted(about));
        text.append(work()).append(cost()).append(warmUps()).append("%n## Who is who%n%n".formatted());
        results.forEach(result ->
                text.append("- **%s.** %s %s%n".formatted(result.title(), result.description(), result.onCrash())));
        violations.forEach(violation -> text.append("%nVIOLATED: %s%n".formatted(violation)));
        return text.toString();
    }

    private Table work() {
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
        for (Result result : results) {
            Samples rates = result.samples(Turn::rate);
            int orders = result.sum(Outcome::orders);
            table.row(
                    result.title(),
                    rates.toString(),
                    percent(rates.median() / alone),
                    count(orders),
                    part(result.sum(Outcome::lost), orders),
                    part(result.sum(Outcome::repeated), orders),
                    count(result.sum(Outcome::extraEffects)),
                    count(result.stockDrift()));
        }
        return table;
    }

    private Table cost() {
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
                "bytes kept in Redis per order");
        for (Result result : results) {
            table.row(
                    result.title(),
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
                    count(Math.round(result.bytesPerOrder())));
        }
        return table;
    }

    private Table warmUps() {
        Table table = Table.of(
                "Warm-up: lots of orders for %d s, and on until neither of the last two is %s times as fast as the best before, or %d s"
                        .formatted(WarmUp.AT_LEAST, WarmUp.GAIN, WarmUp.AT_MOST),
                "",
                "seconds",
                "lots",
                "orders/s of the first lot",
                "of the fastest",
                "steady");
        for (Result result : results) {
            List<Double> rates = result.warmUp().rates();
            table.row(
                    result.title(),
                    Samples.text(result.warmUp().seconds()),
                    count(rates.size()),
                    Samples.text(rates.get(0)),
                    Samples.text(rates.stream()
                            .mapToDouble(Double::doubleValue)
                            .max()
                            .orElseThrow()),
                    result.warmUp().isSteady() ? "yes" : "no");
        }
        return table;
    }

    private static String part(int some, int all) {
        return some == 0 ? "0" : "%s (%s)".formatted(count(some), percent(some / (double) all));
    }

    private static String percent(double part) {
        double percent = 100 * part;
        return Samples.text(percent) + " %";
    }

    private static String count(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
