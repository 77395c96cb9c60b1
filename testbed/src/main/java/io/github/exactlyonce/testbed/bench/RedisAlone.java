package io.github.exactlyonce.testbed.bench;

import static java.util.Objects.requireNonNull;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** No replicas: all commands that an order of ours costs, sent by the generator itself. What is left is what Redis can do. */
final class RedisAlone extends Contender {

    private static final int BUFFER = 1 << 16;

    private final List<Socket> subscribers = new ArrayList<>();
    private @Nullable OurCommands commands;

    RedisAlone(RedisProcess redis) {
        super(redis);
    }

    @Override
    String title() {
        return "Redis alone";
    }

    @Override
    String description() {
        return """
                No replicas: the generator itself sends the commands that an order costs this project (`place-order.lua`, %d × `SET lock:<id> NX PX 5000`, `commit-order.lua`), while %d connections \
                are subscribed and read, and nobody acts. It is the most that replicas which send these commands could reach on this machine, if they cost nothing.""".formatted(REPLICAS, REPLICAS);
    }

    @Override
    String onCrash() {
        return "–";
    }

    @Override
    void awaitReady(RedisCommands<String, String> redis) {
        commands = OurCommands.load(redis);
        try {
            for (int i = 0; i < REPLICAS; i++) {
                subscribers.add(subscribe(redisPort()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    List<ChildProcess> replicas() {
        return List.of();
    }

    @Override
    void restart(ChildProcess replica, RedisCommands<String, String> redis) {
        throw new IllegalArgumentException("it has no replicas");
    }

    @Override
    RedisFuture<?> send(RedisAsyncCommands<String, String> redis, Order order) {
        return requireNonNull(commands, "not ready").sendAll(redis, order, REPLICAS);
    }

    /** Reads and forgets, as cheaply as Java can: what it costs would be taken from Redis. */
    private static Socket subscribe(int port) throws IOException {
        Socket socket = new Socket("127.0.0.1", port);
        socket.getOutputStream().write(("SUBSCRIBE " + CHANNEL + "\r\n").getBytes(StandardCharsets.US_ASCII));
        Thread reader = new Thread(
                () -> {
                    byte[] buffer = new byte[BUFFER];
                    try {
                        while (socket.getInputStream().read(buffer) >= 0) {
                            // nobody acts
                        }
                    } catch (IOException e) {
                        // closed
                    }
                },
                "subscriber");
        reader.setDaemon(true);
        reader.start();
        return socket;
    }

    @Override
    public void close() {
        for (Socket subscriber : subscribers) {
            try {
                subscriber.close();
            } catch (IOException e) {
                // gone anyway
            }
        }
        super.close();
    }
}
