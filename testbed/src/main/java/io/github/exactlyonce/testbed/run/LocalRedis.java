package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.Ports;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The Redis of a local run: one that is there, or one of our own. */
final class LocalRedis {

    private static final int USUAL_PORT = 6379;
    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);
    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private final RedisURI uri;
    private final @Nullable ChildProcess process;

    private LocalRedis(RedisURI uri, @Nullable ChildProcess process) {
        this.uri = uri;
        this.process = process;
    }

    static LocalRedis existing(RedisURI uri) {
        return new LocalRedis(uri, null);
    }

    static LocalRedis own(String run) {
        int port = Ports.isFree(USUAL_PORT) ? USUAL_PORT : Ports.free();
        try {
            Path directory =
                    Files.createDirectories(LocalSystem.directoryOf(run).resolve("redis"));
            return new LocalRedis(RedisURI.create("127.0.0.1", port), RedisHost.process(port, directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    RedisURI uri() {
        return uri;
    }

    /** Starts it, if it is ours, and waits until it answers. */
    void start(Terminal terminal) {
        if (process == null) {
            problem().ifPresent(problem -> {
                throw new RunException("Redis at %s cannot be used: %s.".formatted(address(), problem));
            });
            terminal.say("Using the Redis at " + address());
            return;
        }
        if (uri.getPort() != USUAL_PORT) {
            terminal.say("Port %d is taken, so Redis listens on %d; -Dredis.url=redis://localhost:%d uses what is there"
                    .formatted(USUAL_PORT, uri.getPort(), USUAL_PORT));
        }
        process.start();
        boolean answered =
                Polling.until(START_LIMIT, () -> !process.isAlive() || problem().isEmpty());
        if (!answered || !process.isAlive()) {
            throw new RunException("Redis did not start on port %d: see %s.".formatted(uri.getPort(), process.log()));
        }
        terminal.say("Redis is ready on " + address() + "; what it holds is gone at the end");
    }

    void stop() {
        if (process != null) {
            process.stop();
        }
    }

    /** Empty if it is not ours. */
    Optional<ChildProcess> process() {
        return Optional.ofNullable(process);
    }

    private String address() {
        return uri.getHost() + ":" + uri.getPort();
    }

    /** Why no command can be sent to it, if so. */
    private Optional<String> problem() {
        uri.setTimeout(CONNECT_LIMIT);
        RedisClient client = RedisClient.create(uri);
        client.setOptions(ClientOptions.builder()
                .socketOptions(
                        SocketOptions.builder().connectTimeout(CONNECT_LIMIT).build())
                .build());
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().ping();
            return Optional.empty();
        } catch (RedisException e) {
            return Optional.of(rootMessage(e));
        } finally {
            client.shutdown(Duration.ZERO, CONNECT_LIMIT);
        }
    }

    private static String rootMessage(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return String.valueOf(root.getMessage());
    }
}
