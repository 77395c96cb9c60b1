package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.redis.Shards;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Supplier;
import org.springframework.boot.thread.Threading;
import org.springframework.boot.tomcat.autoconfigure.TomcatServerProperties;
import org.springframework.core.env.Environment;
import org.springframework.dao.DataAccessResourceFailureException;
import org.springframework.stereotype.Component;

/**
 * Keeps a shard that hangs from taking every place that there is for a request that waits for Redis. A request is let in if
 * fewer are under way to its shard than places are free: so one shard takes half of them at the most, two take two thirds,
 * and there is always some room for another one. That is the dynamic threshold of A. K. Choudhury and E. L. Hahne, Dynamic
 * Queue Length Thresholds for Shared-Memory Packet Switches (IEEE/ACM Transactions on Networking, 1998), with alpha 1.
 * A shard that answers may take them all: its requests are soon done.
 *
 * <p>Where there is one shard, nobody needs the room, and nobody is refused here.
 */
@Component
final class Bulkhead {

    /** A shard that has answered nothing for so long may be hanging. */
    private static final Duration SILENCE = Duration.ofMillis(100);

    private final Shards shards;
    private final int places;
    private final Map<String, UnderWay> shardsInUse = new HashMap<>();
    private int taken;

    Bulkhead(Shards shards, OrderProperties properties, TomcatServerProperties tomcat, Environment environment) {
        this.shards = shards;
        this.places = Threading.VIRTUAL.isActive(environment)
                ? properties.maxInFlight()
                : Math.min(properties.maxInFlight(), tomcat.getThreads().getMax()); // each holds a thread
    }

    /**
     * @param key one of those that the work is about
     * @throws DataAccessResourceFailureException if it is not let in; nothing has happened
     */
    <T> T within(String key, Supplier<T> work) {
        String shard = shards.of(key);
        enter(shard, shards.areSeveral());
        boolean answered = false;
        try {
            T result = work.get();
            answered = true;
            return result;
        } finally {
            leave(shard, answered);
        }
    }

    private synchronized void enter(String name, boolean limited) {
        UnderWay shard = shardsInUse.computeIfAbsent(name, any -> new UnderWay());
        if (limited && shard.requests >= places - taken && shard.isSilent()) {
            throw new DataAccessResourceFailureException(shard.requests + " requests wait for the same shard, and "
                    + taken + " of " + places + " places are taken");
        }
        shard.requests++;
        taken++;
    }

    private synchronized void leave(String name, boolean answered) {
        UnderWay shard = shardsInUse.get(name);
        if (answered) {
            shard.answeredAt = System.nanoTime();
        }
        if (--shard.requests == 0) {
            shardsInUse.remove(name);
        }
        taken--;
    }

    /** One shard's requests. */
    private static final class UnderWay {

        private int requests;

        /** At first, since when there are any. */
        private long answeredAt = System.nanoTime();

        boolean isSilent() {
            return System.nanoTime() - answeredAt > SILENCE.toNanos();
        }
    }
}
