package io.github.exactlyonce.testbed;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The line from a primary to a replica in another place: what the primary sends arrives late, however much it is, and what is
 * on its way when the line is cut never does. Bytes, not values: replication is not made of values alone.
 */
final class LaggingLink implements AutoCloseable {

    private static final int BUFFER = 64 << 10;

    private final ServerSocket server;
    private final int primaryPort;
    private final Duration lag;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();

    LaggingLink(int primaryPort, Duration lag) {
        try {
            this.server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        this.primaryPort = primaryPort;
        this.lag = lag;
        start(this::accept);
    }

    /** Where the replica finds the primary. */
    int port() {
        return server.getLocalPort();
    }

    @Override
    public void close() {
        cut();
    }

    /** For good. */
    void cut() {
        quietly(server);
        sockets.forEach(LaggingLink::quietly);
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket replica = server.accept();
                Socket primary = new Socket(InetAddress.getLoopbackAddress(), primaryPort);
                sockets.add(replica);
                sockets.add(primary);
                BlockingQueue<Chunk> onTheWay = new LinkedBlockingQueue<>();
                start(() -> take(primary, replica, onTheWay));
                start(() -> deliver(replica, onTheWay));
                start(() -> passAtOnce(replica, primary));
            } catch (IOException e) {
                // the replica tries again
            }
        }
    }

    private void take(Socket primary, Socket replica, BlockingQueue<Chunk> onTheWay) {
        byte[] buffer = new byte[BUFFER];
        try {
            InputStream in = primary.getInputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                onTheWay.add(new Chunk(Arrays.copyOf(buffer, read), System.nanoTime() + lag.toNanos()));
            }
        } catch (IOException e) {
            // cut
        } finally {
            quietly(replica);
        }
    }

    private static void deliver(Socket replica, BlockingQueue<Chunk> onTheWay) {
        try {
            while (!replica.isClosed()) {
                Chunk chunk = onTheWay.poll(1, TimeUnit.SECONDS);
                if (chunk != null) {
                    TimeUnit.NANOSECONDS.sleep(chunk.arrival() - System.nanoTime());
                    replica.getOutputStream().write(chunk.bytes());
                }
            }
        } catch (IOException | InterruptedException e) {
            // cut
        }
    }

    private static void passAtOnce(Socket from, Socket to) {
        try {
            from.getInputStream().transferTo(to.getOutputStream());
        } catch (IOException e) {
            // cut
        } finally {
            quietly(to);
        }
    }

    private static void quietly(AutoCloseable socket) {
        try {
            socket.close();
        } catch (Exception e) {
            // it is closed
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "lagging-link");
        thread.setDaemon(true);
        thread.start();
    }

    private record Chunk(byte[] bytes, long arrival) {}
}
