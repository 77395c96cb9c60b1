package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.ChildProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Orders in bursts, and replicas that are killed in the middle of one. */
final class CrashTurn {

    /** Orders; so many that all replicas have some in hand for a while. */
    private static final int BURST = 500;

    private static final Duration INTERVAL = Duration.ofMillis(1_500);

    /** Until the first kill, and from a replica's return to the next one. */
    private static final int BURSTS_BEFORE = 3;

    /** For which a replica is away, and as many after the last has come back. */
    private static final int BURSTS_WITHOUT = 2;

    /** Of a burst, that are done when a replica is killed. */
    private static final int DONE = BURST / 4;

    /** Until they must be done, by whoever is not warm. */
    private static final Duration BEGUN = Duration.ofMillis(500);

    private static final Duration LIMIT = Duration.ofSeconds(30);
    private static final Cpu NOT_MEASURED = new Cpu(0, 0, 0, 0, 0);

    private final Contender contender;
    private final Books books;
    private final Publisher publisher;
    private final int kills;
    private final List<Order> sent = new ArrayList<>();
    private final List<Left.Kill> killed = new ArrayList<>();
    private final RandomOrders orders = new RandomOrders("crash", Entrant.SKUS, Entrant.SEED);
    private long nextBurst;

    CrashTurn(Contender contender, Books books, Publisher publisher, int kills) {
        this.contender = contender;
        this.books = books;
        this.publisher = publisher;
        this.kills = kills;
    }

    /** What is done. */
    static String description() {
        return """
                %d orders at once each %d ms, straight from Redis; one of %d replicas gets SIGKILL as soon as %d of a burst are done, and is started again after %d ms, while orders go on.""".formatted(
                        BURST,
                        INTERVAL.toMillis(),
                        Contender.REPLICAS,
                        DONE,
                        INTERVAL.multipliedBy(BURSTS_WITHOUT).toMillis());
    }

    CrashResult run() throws InterruptedException {
        books.begin();
        nextBurst = System.nanoTime();
        for (int kill = 0; kill < kills; kill++) {
            bursts(BURSTS_BEFORE);
            ChildProcess victim = contender.replicas().get(kill % Contender.REPLICAS);
            burst();
            kill(victim);
            bursts(BURSTS_WITHOUT);
            CompletableFuture<Void> isBack = CompletableFuture.runAsync(() -> contender.restart(victim, books.redis()));
            while (!isBack.isDone()) { // which has a limit
                burst();
            }
            isBack.join();
        }
        bursts(BURSTS_WITHOUT);
        return result(books.settle(sent, () -> NOT_MEASURED).outcome());
    }

    private void bursts(int count) throws InterruptedException {
        for (int i = 0; i < count; i++) {
            burst();
        }
    }

    /** Returns when Redis has it. */
    private void burst() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(nextBurst - System.nanoTime());
        nextBurst = Math.max(System.nanoTime(), nextBurst + INTERVAL.toNanos());
        List<Order> burst = Stream.generate(orders::next).limit(BURST).toList();
        sent.addAll(burst.subList(0, publisher.publish(burst, LIMIT)));
    }

    private void kill(ChildProcess victim) {
        Ledger ledger = books.ledger();
        int done = sent.size() - BURST;
        long deadline = System.nanoTime() + BEGUN.toNanos();
        do {
            ledger.read();
        } while (ledger.orders() < done + DONE && System.nanoTime() < deadline);
        victim.kill();
        killed.add(new Left.Kill(sent.size(), books.clock()));
    }

    private CrashResult result(Outcome outcome) {
        return new CrashResult(
                contender.title(),
                contender.description(),
                contender.onCrash(),
                kills,
                outcome,
                Left.by(
                        killed,
                        sent.stream().map(Order::orderId).toList(),
                        books.ledger().effects()),
                books.stockDrift(),
                contender.pending(books.redis()));
    }
}
