package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A contender and all that it has done so far. */
final class Entrant implements AutoCloseable {

    /** More than is ever sold. */
    private static final long UNITS = 1_000_000_000;

    private static final List<String> SKUS =
            IntStream.rangeClosed(1, 20).mapToObj(i -> "sku-" + i).toList();

    /** Every contender gets the same orders. */
    private static final long SEED = 29;

    private static final Duration POLL = Duration.ofMillis(50);

    /** When all are done: until no late copy has an effect any more. */
    private static final Duration QUIET = Duration.ofMillis(300);

    /** When some are not: who has had no effect for so long has lost them. Longer than locks live, and than our due jobs need. */
    private static final Duration GIVEN_UP = Duration.ofSeconds(8);

    private final Contender contender;
    private final RedisClient client;
    private final RedisCommands<String, String> redis;
    private final Ledger ledger;
    private final Publisher publisher;
    private final Map<String, Long> expectedStock = new HashMap<>();
    private final WarmUp warmUp = new WarmUp();
    private final List<Turn> turns = new ArrayList<>();
    private long memoryAtStart;
    private int orders;
    private boolean wasExact = true;

    private Entrant(Contender contender) {
        this.contender = contender;
        this.client = RedisClient.create("redis://127.0.0.1:" + contender.redisPort());
        this.redis = client.connect().sync();
        this.ledger = new Ledger(redis);
        this.publisher = new Publisher(contender, ledger);
    }

    /** Returns when it hears orders and has something to sell. */
    static Entrant ready(Contender contender) {
        Entrant entrant = new Entrant(contender);
        contender.awaitReady(entrant.redis);
        SKUS.forEach(sku -> entrant.expectedStock.put(sku, UNITS));
        entrant.redis.hset(
                Contender.STOCK, SKUS.stream().collect(Collectors.toMap(sku -> sku, sku -> String.valueOf(UNITS))));
        entrant.memoryAtStart = entrant.memory();
        return entrant;
    }

    Contender contender() {
        return contender;
    }

    WarmUp warmUp() {
        return warmUp;
    }

    /** That count. */
    List<Turn> turns() {
        return turns;
    }

    /** Whether nothing was ever lost or repeated, the warm-up included. */
    boolean wasExact() {
        return wasExact;
    }

    void warmUp(BenchOptions options, Collection<Contender> all) throws InterruptedException {
        long start = System.nanoTime();
        Turn turn = work("warm-up-" + warmUp.rates().size(), options, all);
        warmUp.add(turn.rate(), (System.nanoTime() - start) / 1e9);
    }

    Turn turn(BenchOptions options, Collection<Contender> all) throws InterruptedException {
        Turn turn = work("turn-" + turns.size(), options, all);
        turns.add(turn);
        return turn;
    }

    private Turn work(String prefix, BenchOptions options, Collection<Contender> all) throws InterruptedException {
        List<Order> lot = Stream.generate(new RandomOrders(prefix, SKUS, SEED)::next)
                .limit(options.orders())
                .toList();
        ledger.forget(); // but what comes late of an earlier turn, and was not yet read, is one too many in this one
        Cpu before = Cpu.read(contender, all);
        long start = clock();
        List<Order> sent = lot.subList(0, publisher.publish(lot, options.scope().turn()));
        orders += sent.size();
        sent.forEach(order -> order.items().list().forEach(this::expect));
        Progress progress = follow(sent.stream().map(Order::orderId).toList(), () -> Cpu.read(contender, all));
        wasExact &= progress.outcome().isExact();
        double seconds = Math.max(1, progress.outcome().lastFirstMillis() - start) / 1e3;
        return new Turn(progress.outcome(), seconds, progress.cpu().since(before));
    }

    /** @param cpu up to the last effect, without the waiting and the counting after it */
    private record Progress(Outcome outcome, Cpu cpu) {}

    private Progress follow(List<String> ids, Supplier<Cpu> cpuNow) throws InterruptedException {
        int effects = -1;
        long grownAt = System.nanoTime();
        Cpu cpu = cpuNow.get();
        boolean isComplete = false;
        while (System.nanoTime() - grownAt < (isComplete ? QUIET : GIVEN_UP).toNanos()) {
            ledger.read();
            if (ledger.effects().size() > effects) {
                effects = ledger.effects().size();
                grownAt = System.nanoTime();
                cpu = cpuNow.get();
                isComplete = ledger.orders() >= ids.size()
                        && Outcome.of(ids, ledger.effects()).lost() == 0;
            }
            TimeUnit.NANOSECONDS.sleep(POLL.toNanos());
        }
        return new Progress(Outcome.of(ids, ledger.effects()), cpu);
    }

    private void expect(OrderItem item) {
        expectedStock.merge(item.id(), -(long) item.quantity(), Long::sum);
    }

    /** Units too many or too few, over all SKUs: how far it is from what it is if each order took its units once. */
    long stockDrift() {
        Map<String, String> stock = redis.hgetall(Contender.STOCK);
        return expectedStock.entrySet().stream()
                .mapToLong(each -> Math.abs(each.getValue() - Long.parseLong(stock.get(each.getKey()))))
                .sum();
    }

    /** For each order so far; once locks have expired, it is what is kept. */
    double bytesPerOrder() {
        return (memory() - memoryAtStart) / (double) orders;
    }

    private long memory() {
        return redis.info("memory")
                .lines()
                .filter(line -> line.startsWith("used_memory:"))
                .mapToLong(line ->
                        Long.parseLong(line.substring("used_memory:".length()).strip()))
                .findFirst()
                .orElseThrow();
    }

    /** By Redis, which dates the ledger's entries too. */
    private long clock() {
        List<String> time = redis.time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    String redisVersion() {
        return Machine.versionOf(redis);
    }

    @Override
    public void close() {
        publisher.close();
        client.shutdown();
    }
}
