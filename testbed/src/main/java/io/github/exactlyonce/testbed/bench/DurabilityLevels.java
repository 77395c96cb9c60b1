package io.github.exactlyonce.testbed.bench;

import static io.github.exactlyonce.testbed.bench.Text.count;
import static io.github.exactlyonce.testbed.bench.Text.percent;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.bench.http.HttpOrders;
import io.github.exactlyonce.testbed.figures.Plot;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.system.Polling;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.ToDoubleFunction;
import org.HdrHistogram.Histogram;

/** {@link Part#DURABILITY}: the same orders, each answered when it is where it was wanted. */
final class DurabilityLevels {

    private static final int CLIENTS = 16;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    private final BenchOptions options;
    private final Progress progress;
    private final HttpScene scene;
    private final RedisCommands<String, String> redis;
    private final boolean canWaitForDisk;
    private final Map<Level, List<HttpTurn>> turns = new EnumMap<>(Level.class);

    DurabilityLevels(BenchOptions options, Progress progress, HttpScene scene) {
        this.options = options;
        this.progress = progress;
        this.scene = scene;
        this.redis = scene.books().redis();
        this.canWaitForDisk = hasWaitAof(scene.books().redisVersion());
    }

    private enum Level {
        MEMORY("memory", "memory", ""),
        REPLICA("on a replica (`WAIT`)", "replica", ""),
        DISK_EACH_SECOND("on disk (`WAITAOF`), synced each second", "disk", "everysec"),
        DISK_ALWAYS("on disk (`WAITAOF`), synced at once", "disk", "always");

        private final String title;
        private final String header;
        private final String sync;

        Level(String title, String header, String sync) {
            this.title = title;
            this.header = header;
            this.sync = sync;
        }

        boolean needsDisk() {
            return !sync.isEmpty();
        }
    }

    Report report() throws InterruptedException {
        About about = new About(options, Part.DURABILITY);
        redis.configSet("repl-diskless-sync-delay", "0");
        List<Level> levels = Arrays.stream(Level.values())
                .filter(level -> canWaitForDisk || !level.needsDisk())
                .toList();
        try (RedisProcess replica = RedisProcess.start(
                "--replicaof", "127.0.0.1", String.valueOf(scene.redis().port()))) {
            progress.say("a replica of Redis follows, on port " + replica.port());
            await(
                    "the replica of Redis has caught up",
                    () -> redis.info("replication").contains("state=online"));
            for (int round = 1; round <= options.rounds(); round++) {
                for (Level level : Rotation.of(levels, round)) {
                    HttpTurn turn = turn(level);
                    turns.computeIfAbsent(level, any -> new ArrayList<>()).add(turn);
                    progress.say("round %d of %d: %s: %s orders/s"
                            .formatted(
                                    round,
                                    options.rounds(),
                                    level.title,
                                    Samples.text(turn.turn().rate())));
                }
            }
        }
        String version = scene.books().redisVersion();
        String sentences = """
                %d clients over HTTP, each with the next order as soon as the last one is acknowledged, %d s a turn; the levels take turns, by the request header `Durability`. One replica of Redis follows all the while, also where nobody waits for it; the append-only file is on only where \
                it is waited for.%s""".formatted(
                        CLIENTS,
                        options.scope().turn().toSeconds(),
                        canWaitForDisk
                                ? ""
                                : " **The level `disk` was skipped: `WAITAOF` needs Redis 7.2, and this is %s.**"
                                        .formatted(version));
        return new Report(
                Part.DURABILITY.toString(),
                about.text(sentences, version),
                List.of(table(levels)),
                List.of(plot(levels)),
                details(),
                scene.books().violations());
    }

    private HttpTurn turn(Level level) throws InterruptedException {
        if (!level.needsDisk()) {
            return post(level);
        }
        redis.configSet("appendfsync", level.sync);
        redis.configSet("appendonly", "yes");
        await("the append-only file is begun", () -> {
            String info = redis.info("persistence");
            return info.contains("aof_rewrite_in_progress:0") && info.contains("aof_rewrite_scheduled:0");
        });
        try {
            return post(level);
        } finally {
            redis.configSet("appendonly", "no");
        }
    }

    private HttpTurn post(Level level) throws InterruptedException {
        try (HttpOrders client = scene.client(CLIENTS, "Durability: " + level.header + "\r\n")) {
            return scene.turn(client, options.scope().turn());
        }
    }

    static boolean hasWaitAof(String version) {
        String[] parts = version.split("\\.");
        int major = Integer.parseInt(parts[0]);
        return major > 7 || major == 7 && Integer.parseInt(parts[1]) >= 2;
    }

    private static void await(String what, BooleanSupplier condition) {
        if (!Polling.until(LIMIT, condition)) {
            throw new BenchException("Not within %d s: %s.".formatted(LIMIT.toSeconds(), what));
        }
    }

    private Samples samples(Level level, ToDoubleFunction<Turn> figure) {
        return Samples.of(turns.get(level), turn -> figure.applyAsDouble(turn.turn()));
    }

    private Table table(List<Level> levels) {
        Table table = Table.of(
                "What waiting costs",
                "acknowledged when it is",
                "orders/s",
                "of memory",
                "answer p50, ms",
                "answer p99, ms",
                "Redis, µs per order",
                "order service, µs per order",
                "generator's part of all processor time",
                "lost",
                "done more than once");
        double memory = samples(Level.MEMORY, Turn::rate).median();
        for (Level level : levels) {
            Samples rates = samples(level, Turn::rate);
            Histogram answers = HttpOrders.histogram();
            turns.get(level).forEach(turn -> answers.add(turn.run().answers()));
            table.row(
                    level.title,
                    rates.toString(),
                    percent(rates.median() / memory),
                    Samples.text(answers.getValueAtPercentile(50) / 1e3),
                    Samples.text(answers.getValueAtPercentile(99) / 1e3),
                    samples(level, turn -> turn.microsPerOrder(turn.cpu().redis()))
                            .toString(),
                    samples(level, turn -> turn.microsPerOrder(turn.cpu().orderService()))
                            .toString(),
                    percent(samples(
                                    level,
                                    turn -> turn.cpu().generator() / turn.cpu().total())
                            .median()),
                    count((long) samples(level, turn -> turn.outcome().lost()).sum()),
                    count((long)
                            samples(level, turn -> turn.outcome().repeated()).sum()));
        }
        return table;
    }

    private Plot plot(List<Level> levels) {
        Plot plot = Plot.bars("rates", "Acknowledged when the order is …, %d clients".formatted(CLIENTS), "orders/s");
        levels.forEach(level -> plot.add("", level.title.replace("`", ""), samples(level, Turn::rate)));
        return plot;
    }

    private Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        turns.forEach((level, all) -> details.put(
                level.title, all.stream().map(turn -> turn.turn().details()).toList()));
        return details;
    }
}
