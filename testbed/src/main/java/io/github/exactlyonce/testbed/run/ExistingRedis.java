package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.SocketOptions;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** One that is there, and stays. */
record ExistingRedis(RedisURI uri) implements LocalRedis {

    private static final Duration CONNECT_LIMIT = Duration.ofSeconds(5);

    @Override
    public void start(Terminal terminal) {
        problem().ifPresent(problem -> {
            throw new RunException("Redis at %s cannot be used: %s.".formatted(address(), problem));
        });
        terminal.say("Using the Redis at " + address());
    }

    @Override
    public Map<String, String> settings() {
        return Map.of();
    }

    /** None: its password would have to be in it. */
    @Override
    public String invitation(String key) {
        return "";
    }

    @Override
    public Optional<ChildProcess> process() {
        return Optional.empty();
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
