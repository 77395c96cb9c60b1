package io.github.exactlyonce.inventory.interleavings;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.RedisKeys;
import java.util.List;

/** No lock is there for ever, or for longer than it was asked for. */
final class Locks {

    private Locks() {}

    static List<String> broken(RedisImage redis) {
        return redis.keys().entrySet().stream()
                .filter(key -> key.getKey().startsWith(RedisKeys.lock(MAIN, "")))
                .filter(key -> key.getValue().millisToLive() < 0
                        || key.getValue().millisToLive() > ReplicaBeans.LOCK_TTL.toMillis())
                .map(key -> key.getKey() + " lives for " + key.getValue().millisToLive() + " ms")
                .toList();
    }
}
