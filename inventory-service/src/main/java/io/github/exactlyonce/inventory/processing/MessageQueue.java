package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.deadletters.DeadLetters;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * Between the connection that hears messages and the thread that works on them. Bounded in messages and in bytes, and it
 * never makes the listener wait: what does not fit is dropped and counted, and the order's due job brings it back. (An order
 * of another producer has a job only if some replica heard it.)
 */
@Component
public final class MessageQueue {

    private static final int DROPS_PER_LOG_LINE = 10_000;
    private static final Logger log = LoggerFactory.getLogger(MessageQueue.class);

    private final BlockingQueue<Message> waiting;
    private final AtomicLong bytes = new AtomicLong();
    private final long maxBytes;
    private final int maxMessageSize;
    private final int batchSize;
    private final Counter dropped;

    MessageQueue(InventoryProperties properties, MeterRegistry meters) {
        InventoryProperties.Queue queue = properties.queue();
        this.waiting = new ArrayBlockingQueue<>(queue.capacity());
        this.maxBytes = queue.memory().toBytes();
        this.maxMessageSize = (int) queue.maxMessageSize().toBytes();
        this.batchSize = queue.batchSize();
        this.dropped = Counter.builder("inventory.queue.dropped")
                .description("Messages that found the queue full; their jobs bring them back")
                .register(meters);
        Gauge.builder("inventory.queue.length", waiting, BlockingQueue::size)
                .description("Messages heard and not yet taken up")
                .register(meters);
    }

    /** Never blocks. */
    public void offer(byte[] body) {
        Message message = bounded(body);
        if (bytes.get() + message.body().length > maxBytes || !waiting.offer(message)) {
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

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    private Message bounded(byte[] body) {
        return body.length <= maxMessageSize
                ? new Message(body, body.length)
                : new Message(Arrays.copyOf(body, Math.min(DeadLetters.PAYLOAD_LIMIT, maxMessageSize)), body.length);
    }

    /**
     * @param body all of it, or the beginning of one that is too long
     * @param size how long it was
     */
    record Message(byte[] body, int size) {
        boolean isTooLong() {
            return size > body.length;
        }
    }
}
