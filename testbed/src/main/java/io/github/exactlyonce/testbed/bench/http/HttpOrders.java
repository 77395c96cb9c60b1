package io.github.exactlyonce.testbed.bench.http;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.testbed.load.Order;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/**
 * Posts orders over some connections that are kept, with one request in flight on each, and for as little processor time as Java allows, for it is not what is to be
 * measured: one thread, no HTTP library, and of an answer it reads the status and where it ends. Not for several threads.
 *
 * <p>Latencies count from when a request was meant to be sent, not from when it was: who falls behind does not look fast (what Gil Tene calls coordinated omission).
 */
public final class HttpOrders implements AutoCloseable {

    private static final int BUFFER = 16 << 10;
    private static final int MOST_TRIES = 10;
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(15);

    /** As long as the next request is further away, the thread sleeps in the selector, which is only as exact as a millisecond. */
    private static final long SOON_NANOS = 2_000_000;

    private static final long NAP_NANOS = 50_000;
    private static final long HIGHEST_MICROS = Duration.ofMinutes(1).toNanos() / 1_000;

    private final int port;
    private final String headers;
    private final Selector selector;
    private final List<Connection> connections = new ArrayList<>();
    private final Deque<Connection> idle = new ArrayDeque<>();
    private int repeats;

    /** @param headers beyond those that are needed, each with its line end */
    public HttpOrders(int port, int connections, String headers) {
        this.port = port;
        this.headers = headers;
        try {
            this.selector = Selector.open();
            for (int i = 0; i < connections; i++) {
                this.connections.add(new Connection());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        idle.addAll(this.connections);
    }

    /**
     * What came of it.
     *
     * @param accepted in the order of their answers
     * @param repeats how often 503 was the answer, and the order was sent again under the same id, as a careful caller does
     * @param seconds from the first request to the last answer
     * @param answers µs from when each was meant to be sent to its answer
     * @param lateness µs from when each was meant to be sent to when it was
     */
    public record Run(List<Sent> accepted, int repeats, double seconds, Histogram answers, Histogram lateness) {

        public List<Order> orders() {
            return accepted.stream().map(Sent::order).toList();
        }
    }

    /**
     * An order that was accepted.
     *
     * @param intendedNanos when it was meant to be sent, by {@link System#nanoTime()}
     * @param answeredMillis when its answer was there, as Unix time
     */
    public record Sent(Order order, long intendedNanos, long answeredMillis) {}

    /** On each connection the next one as soon as there is an answer, until the time is over or there are no more. */
    public Run asFastAsAnswered(Iterator<Order> orders, Duration time) {
        return run(orders, time, 0);
    }

    /** At this rate, whether there are answers or not, as long as there are connections. */
    public Run atRate(Iterator<Order> orders, Duration time, int perSecond) {
        return run(orders, time, 1_000_000_000L / perSecond);
    }

    private Run run(Iterator<Order> orders, Duration time, long nanosBetween) {
        repeats = 0;
        long start = System.nanoTime();
        long end = start + time.toNanos();
        Run run = new Run(new ArrayList<>(), 0, 0, histogram(), histogram());
        long next = start;
        try {
            while (true) {
                long now = System.nanoTime();
                boolean goesOn = orders.hasNext() && (nanosBetween == 0 ? now < end : next < end);
                while (goesOn && !idle.isEmpty() && (nanosBetween == 0 || next <= now)) {
                    long intended = nanosBetween == 0 ? now : next;
                    run.lateness().recordValue(micros(now - intended));
                    idle.remove().send(orders.next(), intended);
                    next += nanosBetween;
                    goesOn = orders.hasNext() && (nanosBetween == 0 || next < end);
                }
                if (!goesOn && idle.size() == connections.size()) {
                    break;
                }
                boolean waitsForTime = goesOn && nanosBetween > 0 && !idle.isEmpty();
                await(waitsForTime ? next - System.nanoTime() : ANSWER_LIMIT.toNanos());
                for (Iterator<SelectionKey> keys = selector.selectedKeys().iterator(); keys.hasNext(); ) {
                    ((Connection) keys.next().attachment()).read(run);
                    keys.remove();
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return new Run(run.accepted(), repeats, (System.nanoTime() - start) / 1e9, run.answers(), run.lateness());
    }

    private void await(long nanos) throws IOException {
        if (nanos > SOON_NANOS) {
            long before = System.nanoTime();
            selector.select((nanos - SOON_NANOS / 2) / 1_000_000);
            if (System.nanoTime() - before >= ANSWER_LIMIT.toNanos() - SOON_NANOS
                    && selector.selectedKeys().isEmpty()) {
                throw new IllegalStateException(
                        "no answer from port " + port + " within " + ANSWER_LIMIT.toSeconds() + " s");
            }
        } else if (selector.selectNow() == 0 && nanos > 0) {
            LockSupport.parkNanos(Math.min(nanos, NAP_NANOS));
        }
    }

    /** For microseconds up to a minute, with three digits. */
    public static Histogram histogram() {
        return new Histogram(HIGHEST_MICROS, 3);
    }

    /** As a histogram takes them. */
    public static long micros(long nanos) {
        return Math.min(HIGHEST_MICROS, Math.max(0, nanos / 1_000));
    }

    private byte[] request(Order order) {
        StringBuilder body =
                new StringBuilder("{\"orderId\":\"").append(order.orderId()).append("\",\"items\":[");
        String comma = "";
        for (OrderItem item : order.items().list()) {
            body.append(comma)
                    .append("{\"id\":\"")
                    .append(item.id())
                    .append("\",\"quantity\":")
                    .append(item.quantity())
                    .append('}');
            comma = ",";
        }
        body.append("]}");
        return ("POST /orders HTTP/1.1\r\nHost: 127.0.0.1:" + port
                        + "\r\nContent-Type: application/json\r\nContent-Length: " + body.length() + "\r\n" + headers
                        + "\r\n" + body)
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public void close() {
        try {
            for (Connection connection : connections) {
                connection.channel.close();
            }
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private final class Connection {

        private SocketChannel channel;
        private final ByteBuffer answer = ByteBuffer.allocate(BUFFER);
        private @Nullable Order order;
        private long intended;
        private int tries;

        Connection() throws IOException {
            channel = connect();
        }

        private SocketChannel connect() throws IOException {
            SocketChannel connected = SocketChannel.open(new InetSocketAddress("127.0.0.1", port));
            connected.setOption(StandardSocketOptions.TCP_NODELAY, true);
            connected.configureBlocking(false);
            connected.register(selector, SelectionKey.OP_READ, this);
            return connected;
        }

        void send(Order next, long intendedNanos) throws IOException {
            order = next;
            intended = intendedNanos;
            tries = 0;
            write(next);
        }

        private void write(Order next) throws IOException {
            ByteBuffer request = ByteBuffer.wrap(request(next));
            while (request.hasRemaining()) {
                channel.write(request); // some hundred bytes: they go out at once
            }
        }

        void read(Run run) throws IOException {
            if (channel.read(answer) < 0) {
                throw new IOException("port " + port + " closed a connection");
            }
            String text = new String(answer.array(), 0, answer.position(), StandardCharsets.ISO_8859_1);
            Order asked = order;
            if (asked == null || !HttpAnswer.isComplete(text)) {
                return;
            }
            answer.clear();
            if (HttpAnswer.isLast(text)) { // as Tomcat says after each 100th answer, by default
                channel.close();
                channel = connect();
            }
            if (HttpAnswer.isWorthRepeating(text) && ++tries < MOST_TRIES) {
                repeats++;
                write(asked);
                return;
            }
            if (!HttpAnswer.isSuccess(text)) {
                throw new IllegalStateException("order " + asked.orderId() + " was not accepted: " + text);
            }
            run.answers().recordValue(micros(System.nanoTime() - intended));
            run.accepted().add(new Sent(asked, intended, System.currentTimeMillis()));
            order = null;
            idle.add(this);
        }
    }
}
