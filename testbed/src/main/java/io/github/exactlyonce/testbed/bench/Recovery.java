package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.bench.http.HttpOrders;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.lettuce.core.Range;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * What the death of a replica costs that holds locks. Under load it is paused until it is seen to have left orders unsettled, and then gets SIGKILL: so it dies between
 * a gate and a commit, whatever the luck.
 *
 * @param left orders that it had won and not settled; 0 if it was never caught
 * @param millis from the moment in which it stopped until the last one of them was settled by another one
 */
record Recovery(int left, long millis) {

    private static final Duration LOAD = Duration.ofSeconds(3);
    private static final Duration BEFORE = Duration.ofSeconds(1);

    /** Who is at work settles an order in much less. */
    private static final Duration STUCK = Duration.ofMillis(100);

    private static final int TRIES = 20;

    /** Of the order service, as by default: a job comes due so long after its order was placed. */
    private static final long GRACE_MILLIS = 2_000;

    private static final Cpu NOT_MEASURED = new Cpu(0, 0, 0, 0, 0);

    /** Kills the victim; whoever calls starts it again. */
    static Recovery of(HttpScene scene, ServiceProcess victim) throws InterruptedException {
        Books books = scene.books();
        books.begin();
        CompletableFuture<Long> stopped = CompletableFuture.supplyAsync(() -> killInTheAct(books, victim));
        HttpOrders.Run run;
        try (HttpOrders client = scene.client(HttpScene.CONNECTIONS, "")) {
            run = client.asFastAsAnswered(scene.randomOrders(), LOAD);
        }
        long stoppedAt = await(stopped);
        List<Order> sent = run.orders();
        books.settle(sent, () -> NOT_MEASURED);
        Map<String, Long> firstEffect = books.ledger().effects().stream()
                .collect(Collectors.toMap(Effect::orderId, Effect::atMillis, Math::min));
        List<Long> late = run.accepted().stream()
                .filter(order -> order.answeredMillis() <= stoppedAt + STUCK.toMillis())
                .map(order -> firstEffect.getOrDefault(order.order().orderId(), 0L))
                .filter(effect -> effect > stoppedAt + 2 * STUCK.toMillis())
                .toList();
        return new Recovery(
                late.size(),
                late.stream().mapToLong(effect -> effect - stoppedAt).max().orElse(0));
    }

    /** @return when it stopped, in Unix milliseconds */
    private static long killInTheAct(Books books, ServiceProcess victim) {
        pause(BEFORE);
        for (int tries = 1; tries <= TRIES; tries++) {
            long stoppedAt = System.currentTimeMillis();
            victim.pause();
            pause(STUCK);
            if (stuck(books, stoppedAt) > 0) {
                victim.kill();
                return stoppedAt;
            }
            victim.resume();
            pause(STUCK.dividedBy(2));
        }
        return Long.MAX_VALUE / 2;
    }

    /** Orders that were placed before this and still have a job. */
    private static long stuck(Books books, long placedBefore) {
        return books.redis()
                .zcount(RedisKeys.jobs(Warehouse.MAIN), Range.create(0, (double) (placedBefore + GRACE_MILLIS)));
    }

    private static long await(CompletableFuture<Long> stopped) {
        try {
            return stopped.join();
        } catch (CompletionException e) {
            throw new IllegalStateException("the replica could not be killed: " + e.getCause(), e);
        }
    }

    private static void pause(Duration time) {
        try {
            TimeUnit.MILLISECONDS.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
