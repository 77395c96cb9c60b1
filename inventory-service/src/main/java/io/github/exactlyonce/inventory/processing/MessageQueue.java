package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.deadletters.DeadLetters;
import io.micrometer.core.instrument.Counter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Between the connection that hears messages and the thread that works on them. Bounded in messages and in bytes, and it
 * never makes the listener wait: what does not fit is dropped and counted, and the order's due job brings it back. (An order
 * of another producer has a job only if some replica heard it.)
 */
final class MessageQueue {

    private static final int DROPS_PER_LOG_LINE = 10_000;
    private static final Logger log = LoggerFactory.getLogger(MessageQueue.class);

    private final BlockingQueue<Message> waiting;
    private final AtomicLong bytes = new AtomicLong();
    private final long maxBytes;
    private final int maxMessageSize;
    private final int batchSize;
    private final int capacity;
    private final IntSupplier lanes;
    private final Counter dropped;

    /**
     * @param lanes how many of these queues there are, each of which may be filled to its part of the whole
     * @param dropped counts
     */
    MessageQueue(InventoryProperties.Queue queue, IntSupplier lanes, Counter dropped) {
        this.lanes = lanes;
        this.waiting = new ArrayBlockingQueue<>(queue.capacity());
        this.maxBytes = queue.memory().toBytes();
        this.maxMessageSize = (int) queue.maxMessageSize().toBytes();
        this.batchSize = queue.batchSize();
        this.capacity = queue.capacity();
        this.dropped = dropped;
    }

    /** Never blocks. */
    void offer(Warehouse warehouse, byte[] body) {
        Message message = bounded(warehouse, body);
        int parts = Math.max(1, lanes.getAsInt());
        boolean isFull = bytes.get() + message.body().length > maxBytes / parts || waiting.size() * parts >= capacity;
        if (isFull || !waiting.offer(message)) {
            if (dropped.count() % DROPS_PER_LOG_LINE == 0) {
                log.warn("queue full ({} messages): dropping; due jobs will bring these orders back", waiting.size());
            }
            dropped.increment();
            return;
        }
        bytes.addAndGet(message.body().length);
    }

    /** Waits for a message, then takes what else has arrived, up to the size of a batch. */
    List<Message> take(Duration patience) throws InterruptedException {
        List<Message> batch = new ArrayList<>();
        Message first = waiting.poll(patience.toMillis(), TimeUnit.MILLISECONDS);
        if (first != null) {
            batch.add(first);
            waiting.drainTo(batch, batchSize - 1);
            bytes.addAndGet(
                    -batch.stream().mapToInt(message -> message.body().length).sum());
        }
        return batch;
    }

    int size() {
        return waiting.size();
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    private Message bounded(Warehouse warehouse, byte[] body) {
        return body.length <= maxMessageSize
                ? new Message(warehouse, body, body.length)
                : new Message(
                        warehouse,
                        Arrays.copyOf(body, Math.min(DeadLetters.PAYLOAD_LIMIT, maxMessageSize)),
                        body.length);
    }

    /**
     * @param body all of it, or the beginning of one that is too long
     * @param size how long it was
     */
    record Message(Warehouse warehouse, byte[] body, int size) {
        boolean isTooLong() {
            return size > body.length;
        }
    }
}
