package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.contracts.redis.Shards;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.lettuce.core.SetArgs;
import java.time.Duration;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The gate in front of the commit: {@code SET lock:<id> <owner token> NX PX <ttl>}. Of all replicas that hear a message
 * one passes; the others skip it for the price of one small command.
 *
 * <p><b>What it does not promise.</b> It is not mutual exclusion. A holder that pauses for longer than the TTL wakes up
 * believing that it still holds the lock, while another replica has taken it; a failover of Redis can forget it; and it can
 * be switched off ({@code inventory.lock.enabled}). Nothing may rely on it for correctness: that an effect happens once is
 * the promise of {@code commit-order.lua} alone. The lock saves that script from being run once per replica and message.
 *
 * <p>After a success it is kept until its TTL, so that copies that come late are turned away here. After a failure its owner
 * releases it, and only its owner can: by its token.
 *
 * <p>A due job takes the lock over without asking: its holder has had the whole grace time and did not finish, and the
 * lease on the job already keeps other replicas away.
 *
 * <p>Locks have no hash tag, so in a cluster that of an order can be on another shard than the order. If that shard does not
 * answer within {@value #SOON_MILLIS} ms, the order goes on to the commit without a lock, and so do all whose locks are there, for
 * {@value #AVOID_SECONDS} seconds: a shard that is down stops its own orders only. What that costs is what the lock saves: each
 * replica that hears such an order runs the script, and all but one change nothing.
 *
 * <p>Touches {@code lock:<id>}, and of the return of a cancelled order's stock {@code lock:cancel <id>}.
 */
@Component
final class OrderLock {

    private static final int SOON_MILLIS = 200;
    private static final int AVOID_SECONDS = 5;
    private static final LuaScript RELEASE_LOCK = LuaScript.returningNumber("release-lock.lua");
    private static final Logger log = LoggerFactory.getLogger(OrderLock.class);

    private final InventoryProperties.Lock properties;
    private final Shards shards;

    /** Until when, by {@link System#nanoTime()}, a shard is not asked for locks of orders that are elsewhere. */
    private final Map<String, Long> avoidedUntil = new ConcurrentHashMap<>();

    OrderLock(InventoryProperties properties, Shards shards) {
        this.properties = properties.lock();
        this.shards = shards;
    }

    /** @return for each attempt whether it may go on to the commit */
    List<Reply<Boolean>> acquireAll(Pipeline pipeline, List<Attempt> attempts) {
        if (!properties.enabled()) {
            return attempts.stream().map(attempt -> new Reply<>(true, null)).toList();
        }
        List<Gate> asked = gates(attempts);
        List<Reply<String>> answers = set(pipeline, asked);
        Map<Attempt, Reply<Boolean>> passes = new IdentityHashMap<>();
        for (int i = 0; i < asked.size(); i++) {
            passes.put(asked.get(i).attempt(), passes(asked.get(i), answers.get(i)));
        }
        return attempts.stream()
                .map(attempt -> passes.getOrDefault(attempt, new Reply<>(true, null)))
                .toList();
    }

    void releaseAll(Pipeline pipeline, List<Attempt> attempts) {
        if (properties.enabled()) {
            pipeline.evalAll(
                    RELEASE_LOCK,
                    gates(attempts).stream()
                            .map(gate -> ScriptCall.on(gate.key()).with(gate.attempt().ownerToken))
                            .toList());
        }
    }

    /** Without those on a shard that is avoided. */
    private List<Gate> gates(List<Attempt> attempts) {
        return attempts.stream()
                .map(this::gate)
                .filter(gate -> !gate.isElsewhere() || !isAvoided(gate.shard()))
                .toList();
    }

    private Gate gate(Attempt attempt) {
        Warehouse warehouse = attempt.hint.warehouse();
        String key = attempt.hint.lock();
        return new Gate(attempt, key, shards.of(key), shards.areApart(key, RedisKeys.jobs(warehouse)));
    }

    private List<Reply<String>> set(Pipeline pipeline, List<Gate> gates) {
        long ttl = properties.ttl().toMillis();
        SetArgs ifFree = SetArgs.Builder.nx().px(ttl);
        SetArgs takeOver = SetArgs.Builder.px(ttl);
        return pipeline.sendAll(
                gates,
                (redis, gate) -> redis.set(
                        gate.key(),
                        gate.attempt().ownerToken,
                        gate.attempt().hint.source() == OrderHint.Source.JOB ? takeOver : ifFree),
                Gate::isElsewhere,
                Duration.ofMillis(SOON_MILLIS));
    }

    private Reply<Boolean> passes(Gate gate, Reply<String> answer) {
        if (answer.isFailure() && gate.isElsewhere()) {
            Long before = avoidedUntil.put(
                    gate.shard(),
                    System.nanoTime() + Duration.ofSeconds(AVOID_SECONDS).toNanos());
            if (before == null || before - System.nanoTime() < 0) {
                log.warn("no locks for {} s where {} should be: {}", AVOID_SECONDS, gate.key(), answer.reason());
            }
            return new Reply<>(true, null);
        }
        return new Reply<>(answer.value() != null, answer.failure());
    }

    private boolean isAvoided(String shard) {
        Long until = avoidedUntil.get(shard);
        return until != null && until - System.nanoTime() > 0;
    }

    /** @param isElsewhere whether its shard is another one than that of its order */
    private record Gate(Attempt attempt, String key, String shard, boolean isElsewhere) {}
}
