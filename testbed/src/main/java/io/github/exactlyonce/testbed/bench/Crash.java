package io.github.exactlyonce.testbed.bench;

import static io.github.exactlyonce.testbed.bench.Text.count;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.bench.rivals.Rival;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.system.LocalSystem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** {@link Part#CRASH}: what becomes of orders when a replica is killed while it works on some. One contender after the other, each alone. */
final class Crash implements Audited {

    private final BenchOptions options;
    private final Progress progress;
    private final List<CrashResult> results = new ArrayList<>();
    private final List<String> violations = new ArrayList<>();
    private volatile @Nullable Contender running;
    private volatile boolean isExact = true;

    Crash(BenchOptions options, Progress progress) {
        this.options = options;
        this.progress = progress;
    }

    Report report() throws InterruptedException {
        About about = new About(options, Part.CRASH);
        int kills = (options.rounds() + 1) / 2;
        String version = "?";
        for (Supplier<Contender> launch : contenders()) {
            Contender contender = launch.get();
            running = contender;
            try (Books books = new Books(contender.redisPort());
                    Publisher publisher = new Publisher(contender, books.ledger())) {
                version = books.redisVersion();
                contender.awaitReady(books.redis());
                books.stockUp(Entrant.SKUS);
                progress.say("ready: " + contender.title());
                measure(contender, books, new CrashTurn(contender, books, publisher, kills));
            } finally {
                close();
            }
        }
        String sentences = """
                %s Lost are those without an effect when there has been none for %d s. What was taken from the stock without an entry in the ledger is seen in the stock only. Not all that was done more than once is so because of a kill: the part `%s` \
                shows how much is without one. What is without an effect soon after a kill may be what the dead one had, or what a slow one has not come to. Nobody is warmed up.""".formatted(CrashTurn.description(), Books.GIVEN_UP.toSeconds(), Part.CONSUMING);
        return new Report(
                Part.CRASH.toString(),
                about.text(sentences, version) + "\n"
                        + results.stream()
                                .map(each ->
                                        "- **%s.** %s %s".formatted(each.title(), each.description(), each.onCrash()))
                                .collect(Collectors.joining("\n")),
                List.of(table()),
                List.of(),
                details(),
                violations);
    }

    private List<Supplier<Contender>> contenders() {
        List<Supplier<Contender>> all = new ArrayList<>();
        all.add(() -> OurReplicas.launch(RedisProcess.start(), "bench-crash", Contender.REPLICAS));
        for (Rival rival : Rival.values()) {
            all.add(() -> RivalReplicas.launch(rival, RedisProcess.start(), LocalSystem.directoryOf("bench-crash")));
        }
        return all;
    }

    private void measure(Contender contender, Books books, CrashTurn turn) throws InterruptedException {
        CrashResult result = turn.run();
        results.add(result);
        progress.say("%s: %d lost, %d done more than once, %d units wrong in the stock"
                .formatted(
                        result.title(),
                        result.outcome().lost(),
                        result.outcome().repeated(),
                        result.stockDrift()));
        if (contender.isOurs()) {
            violations.addAll(books.violations());
            isExact = violations.isEmpty();
        }
    }

    private Table table() {
        Table table = Table.of(
                "What became of orders when replicas were killed",
                "",
                "replicas killed",
                "orders",
                "without an effect %d s after the kill".formatted(Left.SOON.toSeconds()),
                "of these done later",
                "the last of these, s after the kill",
                "lost",
                "done more than once",
                "effects too many",
                "units wrong in the stock",
                "handed out and still not acknowledged");
        for (CrashResult result : results) {
            table.row(
                    result.title(),
                    count(result.kills()),
                    count(result.outcome().orders()),
                    count(result.left().orders()),
                    count(result.left().doneLater()),
                    result.left().doneLater() == 0
                            ? "–"
                            : Samples.text(result.left().lastMillis() / 1e3),
                    count(result.outcome().lost()),
                    count(result.outcome().repeated()),
                    count(result.outcome().extraEffects()),
                    count(result.stockDrift()),
                    result.pending().isPresent() ? count(result.pending().getAsLong()) : "–");
        }
        return table;
    }

    private Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        results.forEach(each -> details.put(each.title(), each.details()));
        return details;
    }

    @Override
    public boolean isExact() {
        return isExact;
    }

    @Override
    public void close() {
        Contender last = running;
        running = null;
        if (last != null) {
            last.close();
        }
    }
}
