package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.load.Load;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What an order costs, at the same rate in all, in one warehouse and in many. All figures are what the counters of Redis and of
 * the processes grow by in a window, less what they grow by when nothing is ordered; rows take turns, so that a machine that gets
 * busier does not make one of them dearer than the others.
 */
final class Costs {

    private static final List<Integer> WAREHOUSES = List.of(1, 8, 24, 96);

    /** So many are used where it does not matter how many. */
    private static final int SOME = 24;

    private static final Duration WINDOW = Duration.ofSeconds(10);

    /** A row is flat if its largest median is not further than this above its smallest. */
    private static final double FLAT = 1.10;

    private static final List<Figure> OF_AN_ORDER = List.of(
            Figure.SENT, Figure.SCRIPTED, Figure.BYTES, Figure.BUS, Figure.REDIS, Figure.ORDER_SERVICE, Figure.REPLICA);

    private final ScalingOptions options;
    private final PrintStream out;
    private final CostScene scene;
    private final List<Warehouse> all = Shards.spread(Collections.max(WAREHOUSES));

    private Costs(ScalingOptions options, PrintStream out, CostScene scene) {
        this.options = options;
        this.out = out;
        this.scene = scene;
    }

    static Report report(ScalingOptions options, PrintStream out) throws InterruptedException {
        String before = Machine.load();
        try (CostScene scene = CostScene.start(options.seed())) {
            List<Table> tables = new Costs(options, out, scene).measure();
            String about = """
                    %d orders/s in all, %d rounds that take turns, windows of %d s: medians (smallest–largest). Three primaries with \
                    append-only files (`everysec`), one order service, %d replicas that serve all warehouses; no audits meanwhile. \
                    %s, Redis %s, all on one machine; load average %s before and %s after.
                    Repeat it with: `%s`
                    """.formatted(
                            options.rate(),
                            options.rounds(),
                            WINDOW.toSeconds(),
                            CostScene.REPLICAS,
                            Machine.describe(),
                            Machine.versionOf(scene.cluster().firstNode()),
                            before,
                            Machine.load(),
                            options.command(Part.COSTS));
            return new Report(Part.COSTS.toString(), about, tables, List.of());
        }
    }

    private List<Table> measure() throws InterruptedException {
        say("warming up");
        scene.stock(List.of(Warehouse.MAIN));
        warmUp(List.of(Warehouse.MAIN));
        Reading idleMain = idle(List.of(Warehouse.MAIN));
        scene.stock(all);
        warmUp(Stream.concat(Stream.of(Warehouse.MAIN), all.stream()).toList());
        Map<String, List<Warehouse>> rows = new LinkedHashMap<>();
        rows.put("main", List.of(Warehouse.MAIN));
        WAREHOUSES.forEach(count -> rows.put(String.valueOf(count), all.subList(0, count)));
        Map<String, Map<Figure, Samples>> perOrder = new LinkedHashMap<>();
        Map<String, Samples> kept = new LinkedHashMap<>();
        Map<String, Samples> rates = new LinkedHashMap<>();
        Map<Figure, Samples> idle = new EnumMap<>(Figure.class);
        for (int round = 1; round <= options.rounds(); round++) {
            Reading idleAll = idle(all);
            OF_AN_ORDER.forEach(figure -> samples(idle, figure).add(idleAll.perSecond(figure)));
            List<String> order = new ArrayList<>(rows.keySet());
            Collections.rotate(order, round);
            for (String row : order) {
                say("round %d of %d: orders in %s".formatted(round, options.rounds(), name(row)));
                Row measured = row(rows.get(row), idleAll);
                Map<Figure, Samples> samples = perOrder.computeIfAbsent(row, any -> new EnumMap<>(Figure.class));
                measured.perOrder()
                        .forEach((figure, value) -> samples(samples, figure).add(value));
                kept.computeIfAbsent(row, any -> new Samples()).add(measured.kept());
                rates.computeIfAbsent(row, any -> new Samples()).add(measured.rate());
            }
        }
        List<Table> tables = new ArrayList<>();
        tables.add(orders(rows.keySet().stream().toList(), perOrder, kept, rates));
        tables.add(idle(idleMain, idle));
        tables.add(new UnitCosts(options, out, scene, all.subList(0, SOME)).measure());
        tables.add(fullSpeed(rows));
        tables.add(new Gates(out, scene, all.subList(0, SOME)).measure());
        return tables;
    }

    private Reading idle(List<Warehouse> warehouses) throws InterruptedException {
        say("idle");
        scene.awaitQuiet(warehouses);
        return scene.watch(WINDOW);
    }

    /** As fast as it goes, until it gets no faster, and in any case not for ever. */
    private void warmUp(List<Warehouse> warehouses) throws InterruptedException {
        Load load = scene.load(warehouses, Load.FULL_SPEED);
        int before = 0;
        for (int window = 1; window <= 6; window++) {
            int start = load.accepted();
            CostScene.pause(WINDOW);
            int now = load.accepted() - start;
            say("warming up: %d orders/s".formatted(now / WINDOW.toSeconds()));
            if (now < 1.1 * before) {
                break;
            }
            before = now;
        }
        load.finish();
        scene.awaitQuiet(warehouses);
    }

    /**
     * @param kept bytes in Redis for each order that is settled
     * @param rate orders per second that there were in fact
     */
    private record Row(Map<Figure, Double> perOrder, double kept, double rate) {}

    private Row row(List<Warehouse> warehouses, Reading idle) throws InterruptedException {
        double memory = scene.memory();
        Load load = scene.load(warehouses, options.rate());
        scene.pauseUntilSteady();
        int accepted = load.accepted();
        Reading window = scene.watch(WINDOW);
        int orders = load.accepted() - accepted;
        int allOrders = load.finish().size();
        scene.awaitQuiet(warehouses);
        Map<Figure, Double> perOrder = new EnumMap<>(Figure.class);
        OF_AN_ORDER.forEach(figure -> perOrder.put(figure, window.each(figure, orders, idle)));
        return new Row(perOrder, (scene.memory() - memory) / allOrders, orders / window.seconds());
    }

    private static Table orders(
            List<String> rows,
            Map<String, Map<Figure, Samples>> perOrder,
            Map<String, Samples> kept,
            Map<String, Samples> rates) {
        List<String> columns = new ArrayList<>(List.of("per order"));
        rows.forEach(row -> columns.add(name(row)));
        columns.add("largest to smallest of 1 to 96");
        columns.add("flat within 10 %");
        List<List<String>> lines = new ArrayList<>();
        for (Figure figure : OF_AN_ORDER) {
            lines.add(line(
                    figure.toString(),
                    rows.stream().map(row -> perOrder.get(row).get(figure)).toList()));
        }
        lines.add(line("bytes kept in Redis", rows.stream().map(kept::get).toList()));
        lines.add(line("orders/s, as a check", rows.stream().map(rates::get).toList()));
        return new Table("What an order costs, by the number of warehouses", columns, lines);
    }

    /** @param samples the first one is that of main, whose messages go to all nodes */
    private static List<String> line(String title, List<Samples> samples) {
        List<String> line = new ArrayList<>(List.of(title));
        samples.forEach(each -> line.add(each.toString()));
        List<Double> medians = samples.stream().skip(1).map(Samples::median).toList();
        double smallest = Collections.min(medians);
        double largest = Collections.max(medians);
        double ratio = Math.abs(largest) < Samples.NOTHING ? 1 : largest / smallest;
        line.add(String.format(Locale.ROOT, "%.2f", ratio));
        line.add(ratio <= FLAT ? "yes" : "no");
        return line;
    }

    private static Table idle(Reading mainAlone, Map<Figure, Samples> idle) {
        Table table = Table.of(
                "What is spent per second when nothing is ordered",
                "per second",
                "main alone",
                "main and 96",
                "each warehouse and replica that serves it");
        for (Figure figure : OF_AN_ORDER) {
            double more = idle.get(figure).median() - mainAlone.perSecond(figure);
            int served = Collections.max(WAREHOUSES) * (figure == Figure.REPLICA ? 1 : CostScene.REPLICAS);
            table.row(
                    figure.toString(),
                    Samples.text(mainAlone.perSecond(figure)),
                    idle.get(figure).toString(),
                    figure == Figure.ORDER_SERVICE ? "" : Samples.text(more / served)); // which serves none
        }
        return table;
    }

    /** What Redis spends when it has more to do: what comes at once is read and written together. */
    private Table fullSpeed(Map<String, List<Warehouse>> rows) throws InterruptedException {
        Table table = Table.of(
                "As fast as 32 clients get their answers",
                "warehouses",
                "orders/s",
                "µs of all Redis processes per order",
                "of which the busiest one",
                "µs of the order service per order",
                "µs of each replica per order");
        for (String row : List.of("main", "1", "24")) {
            List<Samples> samples = Stream.generate(Samples::new).limit(5).toList();
            for (int round = 1; round <= options.rounds(); round++) {
                say("full speed, round %d of %d: %s".formatted(round, options.rounds(), name(row)));
                Load load = scene.load(rows.get(row), Load.FULL_SPEED);
                CostScene.pause(Duration.ofSeconds(1));
                int accepted = load.accepted();
                Reading window = scene.watch(WINDOW);
                double orders = load.accepted() - accepted;
                load.finish();
                scene.awaitQuiet(rows.get(row));
                samples.get(0).add(orders / window.seconds());
                samples.get(1).add(window.get(Figure.REDIS) / orders);
                samples.get(2).add(Collections.max(window.cpuByNode()) / orders);
                samples.get(3).add(window.get(Figure.ORDER_SERVICE) / orders);
                samples.get(4).add(window.get(Figure.REPLICA) / orders);
            }
            table.row(Stream.concat(Stream.of(name(row)), samples.stream().map(Samples::toString))
                    .toArray(String[]::new));
        }
        return table;
    }

    private static Samples samples(Map<Figure, Samples> all, Figure figure) {
        return all.computeIfAbsent(figure, any -> new Samples());
    }

    private static String name(String row) {
        return row.equals("main") ? "main" : row.equals("1") ? "1 warehouse" : row + " warehouses";
    }

    private void say(String what) {
        out.println("  costs: " + what);
    }
}
