package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * A connection of its own on which many commands go to Redis in one flush: a batch costs one round trip, not one per
 * command. Works alike with a single Redis, Sentinel and Cluster. It connects on first use, reconnects by itself, and
 * replaces a connection on which an answer is overdue.
 *
 * <p>For one thread at a time: manual flushing is a state of the connection.
 */
public final class Pipeline implements AutoCloseable {

    /** While commands wait for a reconnect, they are flushed again after so long. */
    private static final Duration FLUSH_AGAIN = Duration.ofMillis(50);

    /** In a long batch Redis begins with the first commands while the next ones are written. */
    private static final int FLUSH_STEP = 32;

    private final LettuceConnectionFactory factory;
    private @Nullable StatefulConnection<String, String> connection;
    private @Nullable RedisClusterAsyncCommands<String, String> commands;

    Pipeline(LettuceConnectionFactory factory) {
        this.factory = factory;
    }

    /** How long it waits for answers: {@code spring.data.redis.timeout}. */
    public Duration timeout() {
        return Duration.ofMillis(factory.getTimeout());
    }

    /**
     * Sends one command per input, without waiting in between, and waits for all answers, at the most for
     * {@code spring.data.redis.timeout}.
     *
     * @return one reply per input, in their order; a failed one says nothing about the others
     */
    public <I, T> List<Reply<T>> sendAll(List<I> inputs, Command<I, T> command) {
        if (inputs.isEmpty()) {
            return List.of();
        }
        try {
            StatefulConnection<String, String> open = open();
            List<RedisFuture<T>> futures = new ArrayList<>(inputs.size());
            for (I input : inputs) {
                futures.add(command.send(commands, input));
                if (futures.size() % FLUSH_STEP == 0) {
                    open.flushCommands();
                }
            }
            return await(open, futures);
        } catch (RuntimeException e) { // not connected, or the command queue is full
            return inputs.stream().map(input -> Reply.<T>failed(e)).toList();
        }
    }

    /** Runs a script once per call, all in one flush. A Redis that lost its scripts is given this one again. */
    public <T> List<Reply<T>> evalAll(LuaScript script, List<ScriptCall> calls) {
        List<Reply<T>> replies = new ArrayList<>(sendAll(
                calls, (redis, call) -> redis.<T>evalsha(script.sha1(), script.output(), keys(call), arguments(call))));
        List<Integer> unknown = new ArrayList<>();
        for (int i = 0; i < replies.size(); i++) {
            if (replies.get(i).isNoScript()) {
                unknown.add(i);
            }
        }
        List<Reply<T>> again = sendAll(
                unknown,
                (redis, i) ->
                        redis.<T>eval(script.body(), script.output(), keys(calls.get(i)), arguments(calls.get(i))));
        for (int i = 0; i < unknown.size(); i++) {
            replies.set(unknown.get(i), again.get(i));
        }
        return replies;
    }

    public <T> Reply<T> eval(LuaScript script, ScriptCall call) {
        return this.<T>evalAll(script, List.of(call)).get(0);
    }

    @Override
    public void close() {
        if (connection != null) {
            connection.close();
            connection = null;
            commands = null;
        }
    }

    private StatefulConnection<String, String> open() {
        StatefulConnection<String, String> open = connection;
        if (open == null) {
            AbstractRedisClient client = factory.getRequiredNativeClient();
            if (client instanceof RedisClusterClient cluster) {
                StatefulRedisClusterConnection<String, String> opened = cluster.connect(StringCodec.UTF8);
                commands = opened.async();
                open = opened;
            } else {
                StatefulRedisConnection<String, String> opened = ((RedisClient) client).connect(StringCodec.UTF8);
                commands = opened.async();
                open = opened;
            }
            open.setAutoFlushCommands(false);
            connection = open;
        }
        return open;
    }

    private <T> List<Reply<T>> await(StatefulConnection<?, ?> connection, List<RedisFuture<T>> futures) {
        long deadline = System.nanoTime() + connection.getTimeout().toNanos();
        connection.flushCommands();
        List<Reply<T>> replies = new ArrayList<>(futures.size());
        for (RedisFuture<T> future : futures) {
            replies.add(await(connection, future, deadline));
        }
        if (replies.stream().anyMatch(Pipeline::isTimeout)) {
            close(); // a connection whose peer is gone without a word stays up for minutes; the next use opens another
        }
        return replies;
    }

    private static boolean isTimeout(Reply<?> reply) {
        return reply.failure() instanceof RedisCommandTimeoutException;
    }

    private static <T> Reply<T> await(StatefulConnection<?, ?> connection, RedisFuture<T> future, long deadline) {
        while (true) {
            try {
                long left = Math.max(0, deadline - System.nanoTime());
                return new Reply<>(future.get(Math.min(left, FLUSH_AGAIN.toNanos()), TimeUnit.NANOSECONDS), null);
            } catch (TimeoutException e) {
                if (System.nanoTime() >= deadline) {
                    future.cancel(true); // or it would be sent after the next reconnect
                    return Reply.failed(new RedisCommandTimeoutException("no answer within the command timeout"));
                }
                // A flush while the connection is down does nothing, and nobody repeats it after the reconnect.
                connection.flushCommands();
            } catch (ExecutionException e) {
                return Reply.failed(e.getCause());
            } catch (CancellationException e) {
                return Reply.failed(e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                future.cancel(true);
                return Reply.failed(e);
            }
        }
    }

    private static String[] keys(ScriptCall call) {
        return call.keys().toArray(String[]::new);
    }

    private static String[] arguments(ScriptCall call) {
        return call.arguments().toArray(String[]::new);
    }

    /** Writes one command without waiting for it. */
    @FunctionalInterface
    public interface Command<I, T> {
        RedisFuture<T> send(RedisClusterAsyncCommands<String, String> redis, I input);
    }
}
