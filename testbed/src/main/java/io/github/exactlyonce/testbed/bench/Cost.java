package io.github.exactlyonce.testbed.bench;

import static io.github.exactlyonce.testbed.bench.Text.count;
import static io.github.exactlyonce.testbed.bench.Text.percent;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.bench.http.HttpOrders;
import io.github.exactlyonce.testbed.figures.Plot;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** {@link Part#COST}. */
final class Cost {

    private static final long TARGET_BYTES = 350;
    private static final double TARGET_LOG = 0.15;
    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    /** Of the orders that are weighed, whose records are weighed one by one. */
    private static final int RECORDS = 100;

    private final BenchOptions options;
    private final Progress progress;
    private final HttpScene scene;
    private final Loggers loggers;
    private final List<HttpTurn> logged = new ArrayList<>();
    private final List<HttpTurn> silent = new ArrayList<>();
    private final Samples logBytes = new Samples();
    private final Samples silentBytes = new Samples();
    private final List<Recovery> recoveries = new ArrayList<>();
    private final Samples orderServiceStart = new Samples();
    private final Samples replicaStart = new Samples();
    private Footprint footprint = new Footprint(Double.NaN, Double.NaN);
    private double recordBytes = Double.NaN;

    Cost(BenchOptions options, Progress progress, HttpScene scene) {
        this.options = options;
        this.progress = progress;
        this.scene = scene;
        this.loggers = new Loggers(scene.system().processes());
    }

    Report report() throws InterruptedException {
        About about = new About(options, Part.COST);
        for (int round = 1; round <= options.rounds(); round++) {
            for (boolean isLogged : Rotation.of(List.of(true, false), round)) {
                if (isLogged) {
                    logged.add(turn(logBytes));
                } else {
                    loggers.off();
                    silent.add(turn(silentBytes));
                    loggers.on();
                }
            }
            progress.say("round %d of %d: %s orders/s with the log, %s without it"
                    .formatted(
                            round,
                            options.rounds(),
                            rate(logged.get(logged.size() - 1)),
                            rate(silent.get(silent.size() - 1))));
        }
        int times = (options.rounds() + 1) / 2;
        for (int i = 1; i <= times; i++) {
            recover();
            restart(scene.system().orderService(), orderServiceStart);
        }
        weigh();
        String sentences =
                """
                Orders of 1–3 items over HTTP, %d connections, on each the next one as soon as there is an answer, %d s a turn. Recovery and starts: %d times. A start is that of one service while nothing else works, from its unpacked jar with a class archive; it is ready when its \
                readiness says so, asked each 100 ms.""".formatted(HttpScene.CONNECTIONS, options.scope().turn().toSeconds(), times);
        return new Report(
                Part.COST.toString(),
                about.text(sentences, scene.books().redisVersion()),
                List.of(processors(), log(), others()),
                List.of(plot()),
                details(),
                scene.books().violations());
    }

    private HttpTurn turn(Samples bytesPerOrder) throws InterruptedException {
        long before = loggers.bytes();
        try (HttpOrders client = scene.client(HttpScene.CONNECTIONS, "")) {
            HttpTurn turn = scene.turn(client, options.scope().turn());
            bytesPerOrder.add((loggers.bytes() - before)
                    / (double) Math.max(1, turn.turn().outcome().done()));
            return turn;
        }
    }

    private void weigh() throws InterruptedException {
        progress.say("weighing %,d orders".formatted(Footprint.ORDERS));
        Books books = scene.books();
        Books.awaitExpiryOfLocks();
        Footprint.Held before = books.held();
        List<Order> lot;
        try (HttpOrders client = scene.client(HttpScene.CONNECTIONS, "")) {
            lot = scene.lot(client, Footprint.ORDERS);
        }
        Books.awaitExpiryOfLocks();
        footprint = books.held().since(before, lot.size());
        recordBytes = Footprint.ofEach(
                books.redis(),
                lot.stream()
                        .limit(RECORDS)
                        .map(order -> RedisKeys.order(Warehouse.MAIN, order.orderId()))
                        .toList());
    }

    private void recover() throws InterruptedException {
        ServiceProcess victim = scene.system().replicas().get(1);
        Recovery recovery = Recovery.of(scene, victim);
        recoveries.add(recovery);
        progress.say("a replica died with %d orders; the last one was settled after %d ms"
                .formatted(recovery.left(), recovery.millis()));
        restart(victim, replicaStart);
    }

    private void restart(ServiceProcess service, Samples seconds) {
        service.stop();
        long start = System.nanoTime();
        service.start();
        service.waitUntilReady(START_LIMIT);
        seconds.add((System.nanoTime() - start) / 1e9);
    }

    private static String rate(HttpTurn turn) {
        return Samples.text(turn.turn().rate());
    }

    private static Samples samples(List<HttpTurn> turns, ToDoubleFunction<Turn> figure) {
        return Samples.of(turns, turn -> figure.applyAsDouble(turn.turn()));
    }

    private Table processors() {
        return Table.of("Seconds of a processor per 1,000 orders", "process", "seconds", "part of all")
                .row("order service", seconds(Cpu::orderService), part(Cpu::orderService))
                .row(
                        "each of %d replicas".formatted(Contender.REPLICAS),
                        seconds(cpu -> cpu.replicas() / Contender.REPLICAS),
                        part(cpu -> cpu.replicas() / Contender.REPLICAS))
                .row("Redis", seconds(Cpu::redis), part(Cpu::redis))
                .row("generator", seconds(Cpu::generator), part(Cpu::generator));
    }

    private String seconds(ToDoubleFunction<Cpu> figure) {
        return samples(logged, turn -> turn.per1000(figure.applyAsDouble(turn.cpu())))
                .toString();
    }

    private String part(ToDoubleFunction<Cpu> figure) {
        return percent(samples(
                        logged,
                        turn -> figure.applyAsDouble(turn.cpu()) / turn.cpu().total())
                .median());
    }

    private Table log() {
        return Table.of(
                        "What the log costs (a line for each order, and one for each replica that hears of it)",
                        "",
                        "orders/s",
                        "bytes of log per order",
                        "milliseconds of a processor per order, all services")
                .row(
                        "with it, as by default",
                        samples(logged, Turn::rate).toString(),
                        logBytes.toString(),
                        services(logged))
                .row("without it", samples(silent, Turn::rate).toString(), silentBytes.toString(), services(silent));
    }

    private static String services(List<HttpTurn> turns) {
        return samples(
                        turns,
                        turn -> turn.per1000(
                                turn.cpu().orderService() + turn.cpu().replicas()))
                .toString();
    }

    private Table others() {
        double logCost = 1
                - samples(logged, Turn::rate).median()
                        / samples(silent, Turn::rate).median();
        Samples recovery = new Samples();
        recoveries.stream().filter(each -> each.left() > 0).forEach(each -> recovery.add(each.millis() / 1e3));
        int left = recoveries.stream().mapToInt(Recovery::left).sum();
        return Table.of("The rest, and targets", "", "measured", "target", "reached")
                .row(
                        "bytes kept in Redis for each settled order, of %s".formatted(count(Footprint.ORDERS)),
                        count(Math.round(footprint.total())),
                        "≤ " + count(TARGET_BYTES),
                        footprint.total() <= TARGET_BYTES ? "yes" : "no")
                .row(
                        "of these, in Redis's own tables of keys and expiries",
                        count(Math.round(footprint.tables())),
                        "",
                        "")
                .row(
                        "the order's record alone (`MEMORY USAGE`, mean of %d)".formatted(RECORDS),
                        count(Math.round(recordBytes)),
                        "",
                        "")
                .row(
                        "throughput that the log takes",
                        percent(logCost),
                        "≤ " + percent(TARGET_LOG),
                        logCost <= TARGET_LOG ? "yes" : "no")
                .row("order service, from start to ready, s", orderServiceStart.toString(), "", "")
                .row("a replica, from start to ready, s", replicaStart.toString(), "", "")
                .row(
                        "a replica dies with locks: until the last of its %d orders is settled, s".formatted(left),
                        left == 0 ? "it was never caught" : recovery.toString(),
                        "",
                        "");
    }

    private Plot plot() {
        Plot plot = Plot.bars("processors", "What an order costs", "ms of a processor per order, over HTTP");
        plot.add(
                "",
                "order service",
                samples(logged, turn -> turn.per1000(turn.cpu().orderService())));
        plot.add(
                "",
                "all replicas",
                samples(logged, turn -> turn.per1000(turn.cpu().replicas())));
        plot.add("", "Redis", samples(logged, turn -> turn.per1000(turn.cpu().redis())));
        plot.add(
                "", "generator", samples(logged, turn -> turn.per1000(turn.cpu().generator())));
        return plot;
    }

    private Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put(
                "withLog", logged.stream().map(turn -> turn.turn().details()).toList());
        details.put(
                "withoutLog", silent.stream().map(turn -> turn.turn().details()).toList());
        details.put("recoveries", recoveries);
        details.put("bytesPerOrder", footprint);
        details.put("bytesOfARecord", recordBytes);
        return details;
    }
}
