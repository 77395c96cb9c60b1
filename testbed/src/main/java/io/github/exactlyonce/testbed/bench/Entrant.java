package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.RandomOrders;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** A contender and all that it has done so far. */
final class Entrant implements AutoCloseable {

    /** What random orders ask for. */
    static final List<String> SKUS =
            IntStream.rangeClosed(1, 20).mapToObj(i -> "sku-" + i).toList();

    /** Enough for whoever is slow; else fewer orders are weighed. */
    private static final Duration WEIGHED_IN = Duration.ofMinutes(2);

    /** Every contender gets the same orders. */
    static final long SEED = 29;

    private final Contender contender;
    private final Books books;
    private final Publisher publisher;
    private final WarmUp warmUp;
    private final List<Turn> turns = new ArrayList<>();
    private int lots;

    private Entrant(Contender contender, WarmUp warmUp) {
        this.contender = contender;
        this.books = new Books(contender.redisPort());
        this.publisher = new Publisher(contender, books.ledger());
        this.warmUp = warmUp;
    }

    /** Returns when it hears orders and has something to sell. */
    static Entrant ready(Contender contender, WarmUp warmUp, Collection<String> skus) {
        Entrant entrant = new Entrant(contender, warmUp);
        contender.awaitReady(entrant.books.redis());
        entrant.books.stockUp(skus);
        return entrant;
    }

    Contender contender() {
        return contender;
    }

    Books books() {
        return books;
    }

    WarmUp warmUp() {
        return warmUp;
    }

    /** That count. */
    List<Turn> turns() {
        return turns;
    }

    void warmUp(BenchOptions options, Collection<Contender> all) throws InterruptedException {
        long start = System.nanoTime();
        Turn turn = work(randomOrders(), options.orders(), options.scope().turn(), all);
        warmUp.add(turn.rate(), (System.nanoTime() - start) / 1e9);
    }

    Turn turn(BenchOptions options, Collection<Contender> all) throws InterruptedException {
        Turn turn = work(randomOrders(), options.orders(), options.scope().turn(), all);
        turns.add(turn);
        return turn;
    }

    /** A lot of {@link Footprint#ORDERS}. @return what Redis held before it */
    Footprint.Held weigh(Collection<Contender> all) throws InterruptedException {
        Footprint.Held before = books.held();
        work(randomOrders(), Footprint.ORDERS, WEIGHED_IN, all);
        return before;
    }

    /** A lot that only the caller remembers. @param limit no more are sent after so long */
    Turn work(Iterator<Order> source, int count, Duration limit, Collection<Contender> all)
            throws InterruptedException {
        List<Order> lot = Stream.generate(source::next).limit(count).toList();
        books.begin();
        Cpu before = Cpu.read(contender, all);
        long start = books.clock();
        List<Order> sent = lot.subList(0, publisher.publish(lot, limit));
        Books.Settled settled = books.settle(sent, () -> Cpu.read(contender, all));
        double seconds = Math.max(1, settled.outcome().lastFirstMillis() - start) / 1e3;
        return new Turn(settled.outcome(), seconds, settled.cpu().since(before));
    }

    Iterator<Order> randomOrders() {
        return new RandomOrders(nextPrefix(), SKUS, SEED);
    }

    /** No two lots have the same ids. */
    String nextPrefix() {
        return "lot-" + ++lots;
    }

    @Override
    public void close() {
        publisher.close();
        books.close();
    }
}
