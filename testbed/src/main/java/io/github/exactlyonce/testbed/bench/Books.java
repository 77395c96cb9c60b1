package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.load.Order;
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

/** What was sent to one Redis, against what that says became of it: each order's effects, then the stock. */
final class Books implements AutoCloseable {

    /** More than is ever sold. */
    private static final long UNITS = 1_000_000_000;

    /** Longer than a lock lives, and than it takes until a due job comes. */
    private static final Duration LATE = Duration.ofSeconds(6);

    /** Longer than locks live, and until Redis has found those that nobody asks for. */
    private static final Duration EXPIRY = Duration.ofSeconds(8);

    private static final Duration POLL = Duration.ofMillis(50);

    /** When all are done: until no late copy has an effect any more. */
    private static final Duration QUIET = Duration.ofMillis(300);

    /** When some are not: if none has had an effect for so long, they are lost. Longer than locks live, and than a due job is leased to a replica that died with it. */
    static final Duration GIVEN_UP = Duration.ofSeconds(12);

    private final RedisClient client;
    private final RedisCommands<String, String> redis;
    private final Ledger ledger;
    private final Duration late;
    private final Map<String, Long> expectedStock = new HashMap<>();
    private final List<String> wrong = new ArrayList<>();

    Books(int redisPort) {
        this(redisPort, LATE);
    }

    /** @param late until who comes late has come */
    Books(int redisPort, Duration late) {
        this.late = late;
        this.client = RedisClient.create("redis://127.0.0.1:" + redisPort);
        this.redis = client.connect().sync();
        this.ledger = new Ledger(redis);
    }

    RedisCommands<String, String> redis() {
        return redis;
    }

    Ledger ledger() {
        return ledger;
    }

    /** Gives it something to sell. */
    void stockUp(Collection<String> skus) {
        skus.forEach(sku -> expectedStock.put(sku, UNITS));
        redis.hset(
                Contender.STOCK,
                skus.stream().collect(Collectors.toMap(sku -> sku, sku -> String.valueOf(UNITS), (one, same) -> one)));
    }

    /** From here on. What comes late of an earlier turn, and was not yet read, is one too many in this one. */
    void begin() {
        ledger.forget();
    }

    /**
     * Waits until all of them are done, or given up.
     *
     * @param sent since {@link #begin}
     */
    Settled settle(List<Order> sent, Supplier<Cpu> cpuNow) throws InterruptedException {
        sent.forEach(order -> order.items().list().forEach(this::expect));
        Settled settled = follow(sent.stream().map(Order::orderId).toList(), cpuNow);
        wrong.addAll(settled.outcome().wrong());
        return settled;
    }

    /** @param cpu up to the last effect, without the waiting and the counting after it */
    record Settled(Outcome outcome, Cpu cpu) {}

    private Settled follow(List<String> ids, Supplier<Cpu> cpuNow) throws InterruptedException {
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
        return new Settled(Outcome.of(ids, ledger.effects()), cpu);
    }

    private void expect(OrderItem item) {
        expectedStock.merge(item.id(), -(long) item.quantity(), Long::sum);
    }

    /** Some of the orders that were lost or repeated, up to five of each turn, the warm-up included; none if there are none. */
    List<String> wrong() {
        return List.copyOf(wrong);
    }

    /** Whether nothing was ever lost or repeated, the warm-up included. */
    boolean wasExact() {
        return wrong.isEmpty();
    }

    /** Units too many or too few, over all SKUs: how far it is from what it is if each order took its units once. */
    long stockDrift() {
        Map<String, String> stock = redis.hgetall(Contender.STOCK);
        return expectedStock.entrySet().stream()
                .mapToLong(each -> Math.abs(each.getValue() - Long.parseLong(stock.get(each.getKey()))))
                .sum();
    }

    /** What must never happen to ours, in sentences; waits until a late copy has had the time to do harm. */
    List<String> violations() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(late.toNanos());
        begin();
        ledger.read();
        wrong.addAll(Outcome.of(List.of(), ledger.effects()).wrong());
        return Violations.of(wrong, stockDrift());
    }

    static void awaitExpiryOfLocks() throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(EXPIRY.toNanos());
    }

    /** What is in memory now. */
    Footprint.Held held() {
        return Footprint.Held.by(redis);
    }

    /** By Redis, which dates the ledger's entries too. */
    long clock() {
        List<String> time = redis.time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    String redisVersion() {
        return Machine.versionOf(redis);
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
