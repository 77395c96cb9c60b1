package io.github.exactlyonce.order;

import io.micrometer.core.instrument.Counter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import java.io.IOException;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client of the stream. Nobody ever waits for its socket: events are put into a bounded queue, and whoever puts one there, or
 * is told by the container that the socket takes more, writes what it takes now. One who does that finds another at it leaves it to
 * that one.
 */
final class StreamClient implements WriteListener, AsyncListener {

    /** Events that may wait for the socket; some of them for each client, so few enough. */
    static final int MOST_WAITING = 512;

    private static final Logger log = LoggerFactory.getLogger(StreamClient.class);

    private final AsyncContext context;
    private final ServletOutputStream out;
    private final Counter dropped;
    private final Runnable left;
    private final Queue<byte[]> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger waiting = new AtomicInteger();
    private final AtomicInteger writers = new AtomicInteger();
    private final AtomicBoolean hasLeft = new AtomicBoolean();
    private volatile byte @Nullable [] farewell;
    private volatile boolean over;

    /** Since when the socket takes nothing, by {@link System#nanoTime()}; null while it does. */
    private volatile @Nullable Long stuckSince;

    /** Of whoever writes. */
    private boolean unflushed;

    private boolean saidFarewell;

    /**
     * @param dropped counts it if it is too slow
     * @param left is run once, when the client is gone
     */
    StreamClient(AsyncContext context, ServletOutputStream out, Counter dropped, Runnable left) {
        this.context = context;
        this.out = out;
        this.dropped = dropped;
        this.left = left;
    }

    /** Does not wait. One that is too far behind is bidden farewell instead. */
    void send(byte[] event) {
        if (farewell != null) {
            return;
        }
        if (waiting.incrementAndGet() > MOST_WAITING) {
            drop(MOST_WAITING + " events wait");
            return;
        }
        queue.add(event);
        write();
    }

    /** It is too slow: what it would be sent, it would be sent too late. */
    void drop(String reason) {
        if (farewell == null) {
            dropped.increment();
            end("too slow: " + reason + ". Resume with Last-Event-ID");
        }
    }

    /** Drops what waits, says why, and closes the connection as soon as it takes that. Does not wait. */
    void end(String why) {
        if (farewell == null) {
            farewell = SettledEvent.comment(why);
            write();
        }
    }

    boolean isEnding() {
        return farewell != null || over;
    }

    /** Everything has been written. */
    boolean isIdle() {
        return waiting.get() == 0;
    }

    boolean isStuck(long nanos) {
        Long since = stuckSince;
        return since != null && System.nanoTime() - since > nanos;
    }

    @Override
    public void onWritePossible() {
        write();
    }

    @Override
    public void onError(Throwable failure) {
        log.debug("a client of the stream is gone", failure);
        complete();
    }

    @Override
    public void onComplete(AsyncEvent event) {
        over = true;
        if (hasLeft.compareAndSet(false, true)) {
            left.run();
        }
    }

    @Override
    public void onTimeout(AsyncEvent event) {
        complete();
    }

    @Override
    public void onError(AsyncEvent event) {
        complete();
    }

    @Override
    public void onStartAsync(AsyncEvent event) {
        // nobody does that again
    }

    private void write() {
        if (writers.getAndIncrement() > 0) {
            return; // whoever is at it goes round once more
        }
        int seen = 1;
        do {
            try {
                writeWhatFits();
            } catch (IOException
                    | RuntimeException e) { // it must stay possible to write, and its reader has others too
                log.debug("a client of the stream is gone", e);
                complete();
            }
            seen = writers.addAndGet(-seen);
        } while (seen > 0);
    }

    private void writeWhatFits() throws IOException {
        while (!over) {
            if (farewell != null) { // by whoever writes, alone: an event behind one that is dropped would be where the
                // client resumes
                queue.clear();
            }
            if (!out.isReady()) { // the container calls when it is
                if (stuckSince == null) {
                    stuckSince = System.nanoTime();
                }
                return;
            }
            stuckSince = null;
            byte[] next = farewell == null ? queue.poll() : null;
            if (next != null) {
                waiting.decrementAndGet();
                out.write(next);
                unflushed = true;
            } else if (farewell != null && !saidFarewell) {
                out.write(farewell);
                unflushed = true;
                saidFarewell = true;
            } else if (unflushed) {
                out.flush();
                unflushed = false;
            } else {
                if (saidFarewell) {
                    complete();
                }
                return;
            }
        }
    }

    private void complete() {
        if (!over) {
            over = true;
            try {
                context.complete();
            } catch (IllegalStateException e) {
                log.debug("the container was faster", e);
            }
        }
    }
}
