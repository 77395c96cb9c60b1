package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.load.Order;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Makes orders known as fast as Redis takes them, many in one flush, but not further ahead of the work than any queue holds: it is to be the work that is
 * measured, not who drops messages first.
 */
final class Publisher implements AutoCloseable {

    /** Orders. */
    static final int AHEAD = 2_000;

    private static final int FLUSH = 100;
    private static final int FLUSHES_IN_FLIGHT = 8;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** Who has not done anything for so long will not do what is missing either. */
    private static final Duration STANDSTILL = Duration.ofSeconds(2);

    private static final Duration PAUSE = Duration.ofMillis(5);

    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private final Contender contender;
    private final Ledger ledger;

    /** @param ledger on another connection */
    Publisher(Contender contender, Ledger ledger) {
        this.client = RedisClient.create("redis://127.0.0.1:" + contender.redisPort());
        this.connection = client.connect();
        connection.setAutoFlushCommands(false);
        this.contender = contender;
        this.ledger = ledger;
    }

    /**
     * Returns when Redis has answered.
     *
     * @param limit then it stops, wherever it is
     * @return how many of them were sent
     */
    int publish(List<Order> orders, Duration limit) throws InterruptedException {
        long stopAt = System.nanoTime() + limit.toNanos();
        Deque<RedisFuture<?>> flights = new ArrayDeque<>();
        int sent = 0;
        int givenUp = 0;
        while (sent < orders.size() && System.nanoTime() < stopAt) {
            if (sent - givenUp - ledger.orders() > AHEAD) {
                int wanted = sent - givenUp - AHEAD / 2;
                awaitDone(wanted);
                givenUp += Math.max(0, wanted - ledger.orders());
            }
            int next = Math.min(sent + FLUSH, orders.size());
            flights.add(flush(orders.subList(sent, next)));
            sent = next;
            if (flights.size() >= FLUSHES_IN_FLIGHT) {
                await(flights.remove());
            }
        }
        while (!flights.isEmpty()) {
            await(flights.remove());
        }
        return sent;
    }

    private RedisFuture<?> flush(List<Order> orders) {
        List<RedisFuture<?>> sent = new ArrayList<>();
        orders.forEach(order -> sent.add(contender.send(connection.async(), order)));
        connection.flushCommands();
        return sent.get(sent.size() - 1); // answers come in order
    }

    private void awaitDone(int wanted) throws InterruptedException {
        long grownAt = System.nanoTime();
        int before = ledger.orders();
        ledger.read();
        while (ledger.orders() < wanted && System.nanoTime() - grownAt < STANDSTILL.toNanos()) {
            grownAt = ledger.orders() > before ? System.nanoTime() : grownAt;
            before = ledger.orders();
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
            ledger.read();
        }
    }

    private static void await(RedisFuture<?> last) throws InterruptedException {
        try {
            last.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            throw new BenchException("Redis refuses an order: " + e.getCause().getMessage());
        } catch (TimeoutException e) {
            throw new BenchException("Redis does not answer within " + LIMIT.toSeconds() + " s.");
        }
    }

    @Override
    public void close() {
        client.shutdown();
    }
}
