package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.PartitionSelectorException;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import io.lettuce.core.codec.StringCodec;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Predicate;
import java.util.stream.IntStream;
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
    private CompletionStage<Void> refresh = CompletableFuture.completedFuture(null);

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
        return sendAll(inputs, command, input -> false, timeout());
    }

    /**
     * As {@link #sendAll(List, Command)}, but for the answers to some inputs it waits only for a shorter time, and one that
     * is late does not cost the connection.
     */
    public <I, T> List<Reply<T>> sendAll(
            List<I> inputs, Command<I, T> command, Predicate<I> isImpatient, Duration shorter) {
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
            List<Boolean> impatient = inputs.stream().map(isImpatient::test).toList();
            return await(open, futures, impatient, shorter);
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

    /**
     * Runs a script once per call and waits for copies of what that writes. The calls and the wait go out in one flush, on
     * one connection; in a cluster to the node of the first call's first key, which has to be everybody's.
     *
     * <p>A wait speaks of what came over its own connection, and on a new one, where nothing did, it says at once that all is
     * well. Lettuce can send a command again on another connection than those before it. So if the connection is not the
     * same at the end as it was at the beginning, the copies count as unknown.
     *
     * @param answered hears of each answer as it comes, before the wait is over, on a thread of Lettuce's; by the call's
     *     place in the list
     */
    public <T> List<Waited<T>> evalAll(
            LuaScript script, List<ScriptCall> calls, Wait wait, BiConsumer<Integer, T> answered) {
        List<Integer> places = IntStream.range(0, calls.size()).boxed().toList();
        List<Waited<T>> results = new ArrayList<>(flush(
                places,
                calls,
                (redis, call) -> redis.<T>evalsha(script.sha1(), script.output(), keys(call), arguments(call)),
                wait,
                answered));
        List<Integer> unknown = places.stream()
                .filter(place -> results.get(place).answer().isNoScript())
                .toList();
        // A wait of their own: the first one has counted nothing of theirs.
        List<Waited<T>> again = flush(
                unknown,
                calls,
                (redis, call) -> redis.<T>eval(script.body(), script.output(), keys(call), arguments(call)),
                wait,
                answered);
        for (int i = 0; i < unknown.size(); i++) {
            results.set(unknown.get(i), again.get(i));
        }
        return results;
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

    private <T> List<Waited<T>> flush(
            List<Integer> places,
            List<ScriptCall> calls,
            Command<ScriptCall, T> command,
            Wait wait,
            BiConsumer<Integer, T> answered) {
        if (places.isEmpty()) {
            return List.of();
        }
        try {
            StatefulRedisConnection<String, String> node =
                    nodeOf(calls.get(places.get(0)).keys().get(0));
            node.setTimeout(timeout().plus(wait.limit()));
            Unbroken unbroken = Unbroken.from(node);
            try {
                List<RedisFuture<T>> futures = new ArrayList<>(places.size());
                for (int place : places) {
                    RedisFuture<T> future = command.send(node.async(), calls.get(place));
                    future.thenAccept(answer -> answered.accept(place, answer));
                    futures.add(future);
                }
                RedisFuture<Long> copies = wait.send(node.async());
                List<Reply<T>> answers = await(node, futures);
                Reply<Boolean> kept = await(node, List.of(copies)).get(0).map(wait::isMetBy);
                Reply<Boolean> known = unbroken.isSo() ? kept : Reply.failed(new RedisException("connection lost"));
                answers.forEach(answer -> learn(answer));
                learn(known);
                return answers.stream()
                        .map(answer -> new Waited<>(answer, known))
                        .toList();
            } finally {
                unbroken.forget();
            }
        } catch (RuntimeException e) { // not connected, or the command queue is full
            learn(Reply.failed(e));
            return places.stream()
                    .map(place -> new Waited<>(Reply.<T>failed(e), Reply.<Boolean>failed(e)))
                    .toList();
        }
    }

    /** Of a cluster, the node that has the key's slot; else the only one. */
    private StatefulRedisConnection<String, String> nodeOf(String key) {
        StatefulConnection<String, String> open = open();
        if (open instanceof StatefulRedisClusterConnection<String, String> cluster) {
            RedisClusterNode node = cluster.getPartitions().getMasterBySlot(SlotHash.getSlot(key));
            if (node == null) {
                throw new PartitionSelectorException(
                        "no node of the cluster has the slot of " + key, cluster.getPartitions());
            }
            return cluster.getConnection(node.getNodeId());
        }
        return (StatefulRedisConnection<String, String>) open;
    }

    /** Who speaks to a node directly is not led to another one, but told that there is one, or gets no answer at all. */
    private void learn(Reply<?> reply) {
        boolean elsewhere = reply.isFailure()
                && (!(reply.failure() instanceof RedisCommandExecutionException)
                        || reply.reason().contains("MOVED"));
        if (elsewhere
                && refresh.toCompletableFuture().isDone()
                && factory.getRequiredNativeClient() instanceof RedisClusterClient cluster) {
            refresh = cluster.refreshPartitionsAsync();
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
        return await(connection, futures, Collections.nCopies(futures.size(), false), Duration.ZERO);
    }

    private <T> List<Reply<T>> await(
            StatefulConnection<?, ?> connection,
            List<RedisFuture<T>> futures,
            List<Boolean> impatient,
            Duration shorter) {
        long now = System.nanoTime();
        long deadline = now + connection.getTimeout().toNanos();
        long soon = now + shorter.toNanos();
        connection.flushCommands();
        List<Reply<T>> replies = new ArrayList<>(futures.size());
        boolean isOverdue = false;
        for (int i = 0; i < futures.size(); i++) {
            Reply<T> reply = await(connection, futures.get(i), impatient.get(i) ? soon : deadline);
            isOverdue |= isTimeout(reply) && !impatient.get(i);
            replies.add(reply);
        }
        if (isOverdue) {
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
                    return Reply.failed(new RedisCommandTimeoutException("no answer in time"));
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
