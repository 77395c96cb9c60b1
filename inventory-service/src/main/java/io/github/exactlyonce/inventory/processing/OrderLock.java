package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.lettuce.core.SetArgs;
import java.util.List;
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
 * <p>Touches {@code lock:<id>}.
 */
@Component
final class OrderLock {

    private static final LuaScript RELEASE_LOCK = LuaScript.returningNumber("release-lock.lua");

    private final InventoryProperties.Lock properties;

    OrderLock(InventoryProperties properties) {
        this.properties = properties.lock();
    }

    /** @return for each attempt whether it may go on to the commit */
    List<Reply<Boolean>> acquireAll(Pipeline pipeline, List<Attempt> attempts) {
        if (!properties.enabled()) {
            return attempts.stream().map(attempt -> new Reply<>(true, null)).toList();
        }
        long ttl = properties.ttl().toMillis();
        SetArgs ifFree = SetArgs.Builder.nx().px(ttl);
        SetArgs takeOver = SetArgs.Builder.px(ttl);
        return pipeline
                .<Attempt, String>sendAll(
                        attempts,
                        (redis, attempt) -> redis.set(
                                RedisKeys.lock(attempt.hint.id()),
                                attempt.ownerToken,
                                attempt.hint.source() == OrderHint.Source.JOB ? takeOver : ifFree))
                .stream()
                .map(reply -> new Reply<>(reply.value() != null, reply.failure()))
                .toList();
    }

    void releaseAll(Pipeline pipeline, List<Attempt> attempts) {
        if (properties.enabled()) {
            pipeline.evalAll(
                    RELEASE_LOCK,
                    attempts.stream()
                            .map(attempt -> ScriptCall.on(RedisKeys.lock(attempt.hint.id()))
                                    .with(attempt.ownerToken))
                            .toList());
        }
    }
}
