package io.github.exactlyonce.order;

import io.micrometer.core.instrument.Counter;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.AsyncEvent;
import jakarta.servlet.AsyncListener;
import jakarta.servlet.ServletOutputStream;
import jakarta.servlet.WriteListener;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.CacheControl;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;

/**
 * One client of a stream of server-sent events. Nobody ever waits for its socket: events are put into a bounded queue, and whoever
 * puts one there, or is told by the container that the socket takes more, writes what it takes now. One who finds another at it
 * leaves it to that one.
 *
 * <p>Tomcat gives request, response and context to another client after {@code onComplete}, which on a connection that was reset comes on
 * a thread of its own while the write that failed is still on its way back. So {@code onComplete} waits for whoever writes.
 */
final class StreamClient implements WriteListener, AsyncListener {

    /** Events that may wait for the socket; some of them for each client, so few enough. */
    static final int MOST_WAITING = 512;

    /** A client whose socket takes nothing for so long is sent away. */
    private static final Duration LATE = Duration.ofSeconds(5);

    /** Not a standard's: nginx would wait until it has enough. */
    private static final String NO_BUFFERING = "X-Accel-Buffering";

    private static final Logger log = LoggerFactory.getLogger(StreamClient.class);

    private final AsyncContext context;
    private final ServletOutputStream out;
    private final String advice;
    private final Counter dropped;
    private final Consumer<StreamClient> left;
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
     * @param advice what it is told to do when it is sent away
     * @param dropped counts it if it is too slow
     * @param left is told once, when the client is gone
     */
    StreamClient(
            AsyncContext context,
            ServletOutputStream out,
            String advice,
            Counter dropped,
            Consumer<StreamClient> left) {
        this.context = context;
        this.out = out;
        this.advice = advice;
        this.dropped = dropped;
        this.left = left;
    }

    /** Whether only the head is asked for, which this answers: as nothing is written, nobody would notice that the client has left. */
    static boolean answersHead(HttpServletRequest request, HttpServletResponse response) {
        boolean isHead = request.getMethod().equals(HttpMethod.HEAD.name());
        if (isHead) {
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        }
        return isHead;
    }

    /** Begins to answer, and returns. */
    static StreamClient open(
            HttpServletRequest request,
            HttpServletResponse response,
            String advice,
            Counter dropped,
            Consumer<StreamClient> left)
            throws IOException {
        response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
        response.setCharacterEncoding(StandardCharsets.UTF_8.name());
        response.setHeader(HttpHeaders.CACHE_CONTROL, CacheControl.noStore().getHeaderValue());
        response.setHeader(NO_BUFFERING, "no");
        AsyncContext context = request.startAsync(request, response);
        context.setTimeout(0); // as long as the client likes
        StreamClient client = new StreamClient(context, response.getOutputStream(), advice, dropped, left);
        context.addListener(client);
        response.getOutputStream().setWriteListener(client);
        return client;
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

    /** To be called now and then: a socket does not say that it takes nothing. */
    void dropIfStuck() {
        if (isStuck(LATE.toNanos())) {
            drop("nothing was read for " + LATE.toSeconds() + " s");
        }
    }

    /** It is too slow: what it would be sent, it would be sent too late. */
    private void drop(String reason) {
        if (farewell == null) {
            dropped.increment();
            end("too slow: " + reason);
        }
    }

    /** Drops what waits, says why, and closes the connection as soon as it takes that. Does not wait. */
    void end(String why) {
        if (farewell == null) {
            farewell = SettledEvent.comment(why + ". " + advice);
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
    public synchronized void onComplete(AsyncEvent event) {
        over = true;
        if (hasLeft.compareAndSet(false, true)) {
            left.accept(this);
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

    private synchronized void writeWhatFits() throws IOException {
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

    private synchronized void complete() {
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
