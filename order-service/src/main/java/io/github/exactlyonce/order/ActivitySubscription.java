package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.RedisKeys;
import io.lettuce.core.AbstractRedisClient;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Hears {@link RedisKeys#REPLICA_ACTIVITY} on a connection of its own. While it hears nothing, of which it cannot tell the reason, it makes
 * a new connection every few seconds.
 */
final class ActivitySubscription extends RedisPubSubAdapter<String, String> {

    /** Each replica says something each second. */
    private static final Duration SILENCE = Duration.ofSeconds(5);

    /** Some times what a replica says with a full sample; anybody can have sent it. */
    private static final int LONGEST = 16_384;

    private static final Logger log = LoggerFactory.getLogger(ActivitySubscription.class);

    private final LettuceConnectionFactory connections;
    private final Consumer<String> listener;
    private @Nullable StatefulRedisPubSubConnection<String, String> connection;
    private volatile long heardAt;

    /** @param listener is called on Lettuce's thread, and must not wait */
    ActivitySubscription(LettuceConnectionFactory connections, Consumer<String> listener) {
        this.connections = connections;
        this.listener = listener;
    }

    /** Subscribes if there is no reason to believe that it is. Waits for the connection, not for the answer. */
    void check() {
        boolean isSilent = System.nanoTime() - heardAt > SILENCE.toNanos();
        if (connection != null && !isSilent) {
            return;
        }
        close();
        try {
            StatefulRedisPubSubConnection<String, String> opened = connect();
            connection = opened;
            heardAt = System.nanoTime();
            opened.addListener(this);
            opened.async().subscribe(RedisKeys.REPLICA_ACTIVITY);
        } catch (RedisException e) { // is tried again, and whoever reads the state learns that Redis is away
            log.debug("the activity of the replicas cannot be heard", e);
        }
    }

    @Override
    public void message(String channel, String message) {
        heardAt = System.nanoTime();
        boolean isOneLine = message.indexOf('\n') < 0 && message.indexOf('\r') < 0;
        if (message.length() <= LONGEST && isOneLine) {
            listener.accept(message);
        }
    }

    void close() {
        StatefulRedisPubSubConnection<String, String> old = connection;
        connection = null;
        if (old != null) {
            old.removeListener(this);
            old.closeAsync();
        }
    }

    private StatefulRedisPubSubConnection<String, String> connect() {
        AbstractRedisClient client = connections.getRequiredNativeClient();
        return client instanceof RedisClusterClient cluster
                ? cluster.connectPubSub(StringCodec.UTF8)
                : ((RedisClient) client).connectPubSub(StringCodec.UTF8);
    }
}
