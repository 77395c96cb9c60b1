package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.lettuce.core.KillArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/**
 * The storm's own way to whichever Redis is the primary, past every proxy: it commands what is to go wrong inside, and
 * looks at what is left to do. Every method throws a {@link io.lettuce.core.RedisException} or an {@link
 * IllegalStateException} if there is none at the moment.
 */
final class RedisControl implements AutoCloseable {

    private static final String BUFFER_LIMIT = "client-output-buffer-limit";
    private static final String USUAL_BUFFER = "pubsub 33554432 8388608 60";
    private static final String SMALL_BUFFER = "pubsub 1048576 0 0";
    private static final String NOISE = "x".repeat(1 << 20);

    /** Sockets on the way hold a few megabytes as well. */
    private static final int MAX_NOISE = 64;

    private final StormRedis redis;
    private final RedisNodes nodes = new RedisNodes();

    RedisControl(StormRedis redis) {
        this.redis = redis;
    }

    /** To who is the primary now. */
    StatefulRedisConnection<String, String> connection() {
        return nodes.connection(redis.primary().port());
    }

    /** What is left to do: the members of {@code jobs:{main}}. */
    Set<String> waiting() {
        return new HashSet<>(commands().zrange(RedisKeys.jobs(Warehouse.MAIN), 0, -1));
    }

    /** Entries of the ledger: one per order that is settled, and one per change of the stock by hand. */
    long ledgerEntries() {
        return commands().xlen(RedisKeys.ledger(Warehouse.MAIN));
    }

    /** Waits until somebody else is the primary. */
    void awaitSuccessorOf(RedisProcess primary) {
        nodes.await("somebody else is the primary than " + primary.port(), () -> redis.primary() != primary);
    }

    /** Waits until it follows the new primary, and has what that has. */
    void awaitReplica(RedisProcess formerPrimary) {
        nodes.awaitReplica(formerPrimary.port());
    }

    void disconnectSubscribers() {
        redis.nodes().forEach(node -> nodes.commands(node.port()).clientKill(KillArgs.Builder.typePubsub()));
    }

    void pauseClients(Duration duration) {
        commands().clientPause(duration.toMillis());
    }

    void flushScripts() {
        commands().scriptFlush();
    }

    /** @param bytes 0 means no limit */
    void limitMemory(long bytes) {
        commands().configSet("maxmemory", String.valueOf(bytes));
    }

    /** Sends a replica that does not read so much that Redis gives its subscription up. Only a replica hears its probes. */
    void overflow(String replica) {
        commands().configSet(BUFFER_LIMIT, SMALL_BUFFER);
        String probes = "probe:" + replica + "/*";
        for (int i = 0; i < MAX_NOISE; i++) {
            var channels = commands().pubsubChannels(probes);
            if (channels.isEmpty()) {
                return;
            }
            channels.forEach(channel -> commands().publish(channel, NOISE));
        }
        throw new IllegalStateException("Redis still has the subscription of " + replica + ", which reads nothing");
    }

    void restoreBuffers() {
        commands().configSet(BUFFER_LIMIT, USUAL_BUFFER);
    }

    @Override
    public void close() {
        nodes.close();
    }

    private RedisCommands<String, String> commands() {
        return connection().sync();
    }
}
