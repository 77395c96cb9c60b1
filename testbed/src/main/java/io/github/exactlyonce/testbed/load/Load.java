package io.github.exactlyonce.testbed.load;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Orders that are being placed by several clients at once, each with one order in flight. */
public final class Load {

    /** As fast as the order service accepts them. */
    public static final int FULL_SPEED = 1_000_000_000;

    private static final int CLIENTS = 32;

    private final OrderClient client;
    private final Iterator<Order> orders;
    private final long nanosBetweenOrders;
    private final Consumer<Order> afterwards;
    private final ConcurrentLinkedQueue<Order> accepted = new ConcurrentLinkedQueue<>();
    private final AtomicInteger acceptedCount = new AtomicInteger();
    private final List<Future<?>> clients = new ArrayList<>();
    private long nextAt = System.nanoTime();
    private volatile boolean stopped;

    private Load(OrderClient client, Iterator<Order> orders, int ordersPerSecond, Consumer<Order> afterwards) {
        this.client = client;
        this.afterwards = afterwards;
        this.orders = orders;
        this.nanosBetweenOrders = TimeUnit.SECONDS.toNanos(1) / ordersPerSecond;
    }

    /**
     * @param orders placed until it ends or until {@link #finish}
     * @param ordersPerSecond at most; after a standstill what was missed is caught up with
     */
    public static Load start(OrderClient client, Iterator<Order> orders, int ordersPerSecond) {
        return start(client, orders, ordersPerSecond, order -> {});
    }

    /** @param afterwards is told of each accepted order, by the thread of its client */
    public static Load start(
            OrderClient client, Iterator<Order> orders, int ordersPerSecond, Consumer<Order> afterwards) {
        Load load = new Load(client, orders, ordersPerSecond, afterwards);
        ExecutorService threads = Executors.newFixedThreadPool(CLIENTS, work -> {
            Thread thread = new Thread(work, "load");
            thread.setDaemon(true);
            return thread;
        });
        for (int i = 0; i < CLIENTS; i++) {
            load.clients.add(threads.submit(load::placeOneByOne, null));
        }
        threads.shutdown();
        return load;
    }

    /** Orders that the service has accepted so far. */
    public int accepted() {
        return acceptedCount.get();
    }

    /** Whether every order was accepted, or a client gave up. */
    public boolean isDone() {
        return clients.stream().allMatch(Future::isDone);
    }

    /** Starts no further order. */
    public void stop() {
        stopped = true;
    }

    /**
     * Starts no further order and waits for those in flight.
     *
     * @return every accepted order
     * @throws OrderRefusedException if one was not accepted
     */
    public List<Order> finish() throws InterruptedException {
        stop();
        return await();
    }

    /** As {@link #finish}, but waits until the orders are all placed. */
    public List<Order> await() throws InterruptedException {
        for (Future<?> each : clients) {
            try {
                each.get();
            } catch (java.util.concurrent.ExecutionException e) {
                throw e.getCause() instanceof OrderRefusedException refused ? refused : new IllegalStateException(e);
            }
        }
        return List.copyOf(accepted);
    }

    private void placeOneByOne() {
        try {
            for (Order order = next(); order != null; order = next()) {
                client.place(order);
                accepted.add(order);
                acceptedCount.incrementAndGet();
                afterwards.accept(order);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private @Nullable Order next() throws InterruptedException {
        Order order;
        long pause;
        synchronized (orders) {
            if (stopped || !orders.hasNext()) {
                return null;
            }
            order = orders.next();
            pause = nextAt - System.nanoTime();
            nextAt += nanosBetweenOrders;
        }
        TimeUnit.NANOSECONDS.sleep(pause);
        return order;
    }
}
