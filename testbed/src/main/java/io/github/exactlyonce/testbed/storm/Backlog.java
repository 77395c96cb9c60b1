package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.testbed.system.Polling;
import io.lettuce.core.RedisException;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What waits to be settled when the faults of a round are mended. What comes in meanwhile does not belong to it. */
final class Backlog {

    private static final int SHOWN = 5;

    private final RedisControl redis;
    private @Nullable Set<String> left;

    Backlog(RedisControl redis) {
        this.redis = redis;
    }

    /** @return whether all of it was settled in time */
    boolean awaitSettled(Duration limit) {
        return Polling.until(limit, this::isSettled);
    }

    private boolean isSettled() {
        try {
            Set<String> waiting = redis.waiting();
            if (left == null) {
                left = waiting;
            }
            left.retainAll(waiting);
            return left.isEmpty();
        } catch (RedisException | IllegalStateException e) {
            return false; // there is no Redis to ask yet
        }
    }

    /** For a person: how much of it there is. */
    @Override
    public String toString() {
        if (left == null) {
            return "Redis cannot be asked";
        }
        Stream<String> shown = left.stream().sorted().limit(SHOWN);
        return left.size() + " jobs are left, such as " + shown.toList();
    }
}
