package io.github.exactlyonce.testbed.proxy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * The network between one service and Redis: a port on this machine that passes on what it is sent, until it is told to
 * fail. Each connection takes two threads, which end with it; nothing is buffered beyond one value of Redis's.
 *
 * <p>What a failure does is part of Redis's protocol where that makes it worse: an answer breaks off in its middle, and
 * messages on chosen channels are lost or swapped while everything else on the same connection goes on.
 */
public final class RedisProxy implements AutoCloseable {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(1);

    private final ServerSocket server;
    private final InetSocketAddress redis;
    private final List<PubSub> hintChannels;
    private final Set<Link> links = ConcurrentHashMap.newKeySet();
    private final AtomicInteger lostHints = new AtomicInteger();

    private volatile boolean cut;
    private volatile long delayMillis;
    private volatile int answersPerConnection = Integer.MAX_VALUE;
    private volatile double lostShare;
    private volatile boolean swapping;
    private boolean stalled;

    private RedisProxy(ServerSocket server, InetSocketAddress redis, List<String> hintChannels) {
        this.server = server;
        this.redis = redis;
        this.hintChannels = hintChannels.stream().map(PubSub::new).toList();
    }

    /** On a port that is free. @param hintChannels whose messages may be lost or swapped */
    public static RedisProxy start(int redisPort, List<String> hintChannels) {
        InetAddress local = InetAddress.getLoopbackAddress();
        try {
            RedisProxy proxy = new RedisProxy(
                    new ServerSocket(0, 0, local), new InetSocketAddress(local, redisPort), hintChannels);
            startThread("proxy-" + proxy.port(), proxy::accept);
            return proxy;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return server.getLocalPort();
    }

    /** Resets every connection, and each new one at once. */
    public void cut() {
        cut = true;
        links.forEach(Link::reset);
    }

    /** Nothing passes in either direction any more, and nobody is told. What is on its way arrives after the healing. */
    public synchronized void stall() {
        stalled = true;
    }

    /** Holds up each answer, or each batch of them. */
    public void delay(Duration each) {
        delayMillis = each.toMillis();
    }

    /** Resets each connection in the middle of the answer after so many. */
    public void breakOffAfter(int answers) {
        answersPerConnection = answers;
    }

    /** @param share of the messages on the hint channels that are swallowed: 0.01, or 1 for all */
    public void loseHints(double share) {
        lostShare = share;
    }

    /** Each message on a hint channel changes places with the one behind it. */
    public void swapHints() {
        swapping = true;
    }

    /** As at the start. */
    public synchronized void heal() {
        cut = false;
        stalled = false;
        delayMillis = 0;
        answersPerConnection = Integer.MAX_VALUE;
        lostShare = 0;
        swapping = false;
        notifyAll();
    }

    /** Messages that were swallowed so far. */
    public int lostHints() {
        return lostHints.get();
    }

    @Override
    public void close() {
        try {
            server.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        cut();
        heal();
    }

    boolean isHint(byte[] value) {
        return hintChannels.stream().anyMatch(channel -> channel.isMessage(value));
    }

    /** A message is lost to every service that hears it or to none: what one of them heard needs no recovery. */
    boolean loses(byte[] hint) {
        CRC32 chance = new CRC32();
        chance.update(hint);
        boolean lost = chance.getValue() % 1_000 < lostShare * 1_000;
        if (lost) {
            lostHints.incrementAndGet();
        }
        return lost;
    }

    boolean isSwapping() {
        return swapping;
    }

    boolean breaksOffAfter(int answers) {
        return answers >= answersPerConnection;
    }

    synchronized void awaitPassage() throws InterruptedException {
        while (stalled) {
            wait(); // heal() and close() end it
        }
    }

    void awaitDelay() throws InterruptedException {
        long millis = delayMillis;
        if (millis > 0) {
            Thread.sleep(millis);
        }
    }

    void ended(Link link) {
        links.remove(link);
    }

    private void accept() {
        while (!server.isClosed()) {
            Socket service = acceptOne();
            if (service != null) {
                startThread("link", () -> connect(service));
            }
        }
    }

    private @Nullable Socket acceptOne() {
        try {
            return server.accept();
        } catch (IOException e) { // closed, or the service has gone already
            return null;
        }
    }

    private void connect(Socket service) {
        Socket upstream = new Socket();
        Link link = new Link(this, service, upstream);
        links.add(link);
        try {
            if (cut) {
                throw new IOException("cut");
            }
            upstream.connect(redis, (int) CONNECT_LIMIT.toMillis());
            service.setTcpNoDelay(true);
            upstream.setTcpNoDelay(true);
        } catch (IOException e) {
            link.reset();
            return;
        }
        startThread("commands", link::passCommands);
        link.passAnswers();
    }

    private static void startThread(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }
}
