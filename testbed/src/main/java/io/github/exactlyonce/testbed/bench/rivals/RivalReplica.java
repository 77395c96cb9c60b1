package io.github.exactlyonce.testbed.bench.rivals;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.RedisClient;
import java.io.File;
import java.io.IOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** One replica of a {@link Rival}, as a process of its own. It ends when its standard input does. */
public final class RivalReplica {

    /** A set in Redis: those that hear orders. */
    public static final String READY = "ready";

    /** The stream of those that do not read a channel. */
    public static final String ORDERS = "orders";

    /** Of those who read it. */
    public static final String GROUP = "inventory";

    /** Entries that it is trimmed to, about: some times more than are ever not yet worked on. */
    public static final long STREAM_LENGTH = 10_000;

    /** A stream's field: the message. */
    public static final String ORDER = "order";

    static final String CHANNEL = RedisKeys.orderUpdates(Warehouse.MAIN);
    static final String STOCK = RedisKeys.stock(Warehouse.MAIN);
    static final String LEDGER = RedisKeys.ledger(Warehouse.MAIN);

    /** For how long the published reference holds a lock. */
    static final long LOCK_MILLIS = 5_000;

    private RivalReplica() {}

    /** What starts it, without the {@code java} and its options. */
    public static List<String> arguments(Rival rival, String name, int redisPort) {
        return List.of("-cp", classPath(), RivalReplica.class.getName(), rival.name(), name, String.valueOf(redisPort));
    }

    public static void main(String[] args) throws IOException {
        String name = args[1];
        int port = Integer.parseInt(args[2]);
        Rival.valueOf(args[0]).start(name, port);
        sayReady(name, port);
        while (System.in.read() >= 0) {
            // until whoever started it has ended
        }
        System.exit(0); // whatever threads are left
    }

    /** The same parser for all, and the one that our replicas use. */
    static Optional<OrderMessage> parse(String message) {
        return OrderMessage.parse(Warehouse.MAIN, message.getBytes(UTF_8));
    }

    private static void sayReady(String name, int port) {
        RedisClient client = RedisClient.create("redis://127.0.0.1:" + port);
        client.connect().sync().sadd(READY, name);
        client.shutdown();
    }

    /** Of a process that this one starts. In Maven's process, we are not on the class path of that. */
    public static String classPath() {
        if (RivalReplica.class.getClassLoader() instanceof URLClassLoader loader) {
            return Arrays.stream(loader.getURLs()).map(URL::getPath).collect(Collectors.joining(File.pathSeparator));
        }
        return System.getProperty("java.class.path");
    }
}
