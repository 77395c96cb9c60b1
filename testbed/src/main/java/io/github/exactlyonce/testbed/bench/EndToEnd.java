package io.github.exactlyonce.testbed.bench;

import static io.github.exactlyonce.testbed.bench.Text.count;
import static io.github.exactlyonce.testbed.bench.Text.percent;

import io.github.exactlyonce.testbed.bench.http.HttpOrders;
import io.github.exactlyonce.testbed.bench.http.ValidationOnly;
import io.github.exactlyonce.testbed.bench.rivals.RivalReplica;
import io.github.exactlyonce.testbed.figures.Plot;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.Ports;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** {@link Part#HTTP}: the whole way, beside the same HTTP with nothing behind it. */
final class EndToEnd {

    private static final double TARGET_RATIO = 0.40;
    private static final int TARGET_SECONDS = 15;
    private static final Duration START_LIMIT = Duration.ofMinutes(2);
    private static final Duration LOT = Duration.ofSeconds(2);

    private final BenchOptions options;
    private final Progress progress;
    private final HttpScene scene;
    private final List<Integer> connections;
    private final Map<Integer, List<HttpTurn>> ours = new LinkedHashMap<>();
    private final Map<Integer, List<HttpTurn>> limit = new LinkedHashMap<>();

    /** By itself it is as fast as it gets after some 50 s on two processors. */
    private final WarmUp limitWarmUp;

    EndToEnd(BenchOptions options, Progress progress, HttpScene scene) {
        this.options = options;
        this.progress = progress;
        this.scene = scene;
        this.limitWarmUp = options.scope().warmUpAlone();
        this.connections = options.scope() == Scope.FULL ? List.of(16, 32, 64) : List.of(HttpScene.CONNECTIONS);
    }

    Report report() throws InterruptedException {
        About about = new About(options, Part.HTTP);
        int port = Ports.free();
        ChildProcess validation = validationOnly(port);
        scene.alongside(validation);
        validation.start();
        try {
            awaitReady(validation, port);
            warmUp(port, validation);
            for (int round = 1; round <= options.rounds(); round++) {
                for (int count : Rotation.of(connections, round)) {
                    turns(round, count, port, validation);
                }
            }
        } finally {
            validation.stop();
        }
        String sentences = """
                The order service and %d replicas with their defaults, log included; orders of 1–3 items over HTTP/1.1, on each connection the next one as soon as there is an answer; %d s a turn. A rate counts settled orders, from the first POST to the last \
                effect. Beside it the same web server, settings, filters and checks with nothing behind them: no Redis, no log. Warm-up of ours: %s; it took %s s, steady: %s. Of the other: %s s, steady: %s.""".formatted(
                        Contender.REPLICAS,
                        options.scope().turn().toSeconds(),
                        scene.warmUp().rule(),
                        Samples.text(scene.warmUp().seconds()),
                        scene.warmUp().isSteady() ? "yes" : "no",
                        Samples.text(limitWarmUp.seconds()),
                        limitWarmUp.isSteady() ? "yes" : "no");
        return new Report(
                Part.HTTP.toString(),
                about.text(sentences, scene.books().redisVersion()),
                List.of(work(), targets()),
                List.of(plot()),
                details(),
                scene.books().violations());
    }

    private ChildProcess validationOnly(int port) {
        List<String> command = new ArrayList<>(List.of(ChildProcess.java()));
        command.addAll(Jvm.options());
        command.addAll(List.of("-cp", RivalReplica.classPath()));
        command.addAll(ValidationOnly.arguments(port));
        return new ChildProcess(
                "validation-only",
                command,
                Map.of(),
                LocalSystem.directoryOf("bench-http").resolve("validation-only.log"));
    }

    private void awaitReady(ChildProcess validation, int port) {
        boolean isReady = Polling.until(START_LIMIT, () -> !validation.isAlive() || !Ports.isFree(port));
        if (!isReady || !validation.isAlive()) {
            throw new BenchException(
                    "The handler that only validates did not start; its log is " + validation.log() + ".");
        }
        progress.say("ready: validation only");
    }

    private void warmUp(int port, ChildProcess validation) {
        try (HttpOrders client = new HttpOrders(port, HttpScene.CONNECTIONS, "")) {
            while (!limitWarmUp.isOver()) {
                HttpTurn turn = limitTurn(client, LOT, validation);
                limitWarmUp.add(turn.turn().rate(), turn.run().seconds());
                progress.say("warming up validation only: %s requests/s".formatted(Samples.text(limitWarmUp.last())));
            }
        }
    }

    private void turns(int round, int count, int port, ChildProcess validation) throws InterruptedException {
        for (boolean isOurs : Rotation.of(List.of(true, false), round)) {
            try (HttpOrders client = isOurs ? scene.client(count, "") : new HttpOrders(port, count, "")) {
                Duration time = options.scope().turn();
                HttpTurn turn = isOurs ? scene.turn(client, time) : limitTurn(client, time, validation);
                (isOurs ? ours : limit)
                        .computeIfAbsent(count, any -> new ArrayList<>())
                        .add(turn);
            }
        }
        progress.say("round %d of %d, %d connections: %s orders/s; validation only: %s requests/s"
                .formatted(
                        round,
                        options.rounds(),
                        count,
                        Samples.text(last(ours.get(count)).turn().rate()),
                        Samples.text(last(limit.get(count)).turn().rate())));
    }

    private static HttpTurn last(List<HttpTurn> turns) {
        return turns.get(turns.size() - 1);
    }

    private HttpTurn limitTurn(HttpOrders client, Duration time, ChildProcess validation) {
        Cpu before = cpu(validation);
        HttpOrders.Run run = client.asFastAsAnswered(new RandomOrders("limit", Entrant.SKUS, Entrant.SEED), time);
        int count = run.accepted().size();
        return new HttpTurn(
                new Turn(
                        new Outcome(count, 0, 0, 0, 0, List.of()),
                        run.seconds(),
                        cpu(validation).since(before)),
                run);
    }

    /** The real system idles meanwhile; what it costs is not hidden. */
    private Cpu cpu(ChildProcess validation) {
        Cpu real = scene.cpu();
        return new Cpu(
                Cpu.of(validation.pid()), 0, 0, real.generator(), real.orderService() + real.replicas() + real.redis());
    }

    private static Samples samples(List<HttpTurn> turns, ToDoubleFunction<Turn> figure) {
        return Samples.of(turns, turn -> figure.applyAsDouble(turn.turn()));
    }

    private Table work() {
        Table table = Table.of(
                "Orders per second over HTTP, and processor time in microseconds per order",
                "",
                "connections",
                "orders/s",
                "answer p50, ms",
                "503, sent again",
                "lost",
                "done more than once",
                "order service, or what only validates",
                "all replicas",
                "Redis",
                "generator",
                "generator's part of all",
                "processors in use");
        for (int count : connections) {
            row(table, "this project", count, ours.get(count));
            row(table, "validation only", count, limit.get(count));
        }
        return table;
    }

    private static void row(Table table, String title, int connections, List<HttpTurn> turns) {
        Samples median = new Samples();
        turns.forEach(turn -> median.add(turn.run().answers().getValueAtPercentile(50) / 1e3));
        table.row(
                title,
                String.valueOf(connections),
                samples(turns, Turn::rate).toString(),
                median.toString(),
                count(turns.stream().mapToLong(turn -> turn.run().repeats()).sum()),
                count((long) samples(turns, turn -> turn.outcome().lost()).sum()),
                count((long) samples(turns, turn -> turn.outcome().repeated()).sum()),
                samples(turns, turn -> turn.microsPerOrder(turn.cpu().orderService()))
                        .toString(),
                samples(turns, turn -> turn.microsPerOrder(turn.cpu().replicas()))
                        .toString(),
                samples(turns, turn -> turn.microsPerOrder(turn.cpu().redis())).toString(),
                samples(turns, turn -> turn.microsPerOrder(turn.cpu().generator()))
                        .toString(),
                percent(samples(
                                turns,
                                turn -> turn.cpu().generator() / turn.cpu().total())
                        .median()),
                Samples.text(samples(turns, turn -> turn.cpu().total() / turn.seconds())
                        .median()));
    }

    private Table targets() {
        int count = HttpScene.CONNECTIONS;
        double steady = samples(ours.get(count), Turn::rate).median();
        double ratio = steady / samples(limit.get(count), Turn::rate).median();
        int seconds = scene.secondsFromReadyTo(steady);
        return Table.of(
                        "Against its targets, with %d connections".formatted(count),
                        "",
                        "measured",
                        "target",
                        "reached")
                .row(
                        "settled orders of what the same HTTP can do",
                        percent(ratio),
                        "≥ " + percent(TARGET_RATIO),
                        ratio >= TARGET_RATIO ? "yes" : "no")
                .row(
                        "from ready to %s of the steady rate".formatted(percent(HttpScene.SOON)),
                        seconds == Integer.MAX_VALUE ? "not in the warm-up" : seconds + " s",
                        "≤ " + TARGET_SECONDS + " s",
                        seconds <= TARGET_SECONDS ? "yes" : "no");
    }

    private Plot plot() {
        Plot plot =
                Plot.lines("warm-up", "From the moment in which all are ready", "settled orders in 2 s each; seconds");
        Map<Integer, Integer> settled = scene.settledInSecond();
        for (int second = 0; second + 2 <= scene.warmUp().seconds(); second += 2) {
            Samples samples = new Samples();
            samples.add(settled.getOrDefault(second, 0) + settled.getOrDefault(second + 1, 0));
            plot.add("orders", String.valueOf(second + 2), samples);
        }
        return plot;
    }

    private Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("settledInSecondSinceReady", scene.settledInSecond());
        details.put("warmUpOrdersPerSecond", scene.warmUp().rates());
        for (int count : connections) {
            details.put("this project, " + count + " connections", details(ours.get(count)));
            details.put("validation only, " + count + " connections", details(limit.get(count)));
        }
        return details;
    }

    private static List<Map<String, Object>> details(List<HttpTurn> turns) {
        return turns.stream().map(turn -> turn.turn().details()).toList();
    }
}
