package io.github.exactlyonce.testbed.load;

import java.time.Duration;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Cancels a share of the orders, at random times after they were accepted: before they are settled, while they are, and later; some
 * of them twice, perhaps at once.
 */
public final class Cancelling implements AutoCloseable {

    private static final int THREADS = 8;
    private static final Duration LATEST = Duration.ofSeconds(3);

    private final OrderClient client;
    private final int oneIn;
    private final Random random;
    private final ScheduledExecutorService threads = Executors.newScheduledThreadPool(THREADS, work -> {
        Thread thread = new Thread(work, "cancelling");
        thread.setDaemon(true);
        return thread;
    });
    private final Queue<Future<?>> requests = new ConcurrentLinkedQueue<>();
    private final Set<String> asked = ConcurrentHashMap.newKeySet();
    private final Set<String> promised = ConcurrentHashMap.newKeySet();
    private final Set<String> refused = ConcurrentHashMap.newKeySet();

    /** @param oneIn so many orders is cancelled, and one in four of those twice */
    public Cancelling(OrderClient client, int oneIn, long seed) {
        this.client = client;
        this.oneIn = oneIn;
        this.random = new Random(seed);
    }

    /** Of an order that was accepted; does not wait. */
    public synchronized void consider(Order order) {
        if (random.nextInt(oneIn) == 0) {
            asked.add(order.orderId());
            for (int times = random.nextInt(4) == 0 ? 2 : 1; times > 0; times--) {
                // As likely in the first milliseconds, in which most are settled, as in all the time after them.
                long millis = random.nextBoolean() ? random.nextInt(10) : random.nextLong(LATEST.toMillis());
                requests.add(threads.schedule(() -> cancel(order), millis, TimeUnit.MILLISECONDS));
            }
        }
    }

    /**
     * Waits for those in flight. No further order may be considered.
     *
     * @throws OrderRefusedException if the service has answered otherwise than it may
     */
    public Cancellations await() throws InterruptedException {
        for (Future<?> each : requests) {
            try {
                each.get();
            } catch (ExecutionException e) {
                throw e.getCause() instanceof OrderRefusedException refused ? refused : new IllegalStateException(e);
            }
        }
        return new Cancellations(Set.copyOf(asked), Set.copyOf(promised), Set.copyOf(refused));
    }

    @Override
    public void close() {
        threads.shutdownNow();
    }

    private @Nullable Void cancel(Order order) throws InterruptedException {
        (client.cancel(order) ? promised : refused).add(order.orderId());
        return null;
    }
}
