package io.github.exactlyonce.testbed.bench.rivals;

import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.CHANNEL;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.LEDGER;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.LOCK_MILLIS;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.STOCK;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.stream.StringRecord;
import org.springframework.data.redis.core.HashOperations;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.listener.ChannelTopic;
import org.springframework.data.redis.listener.RedisMessageListenerContainer;
import org.springframework.integration.redis.util.RedisLockRegistry;
import org.springframework.scheduling.concurrent.ThreadPoolTaskExecutor;

/** {@link Rival#SPRING_INTEGRATION}. */
final class LockRegistryReplica {

    /** The container's own default is a new thread for each message. */
    static final int THREADS = 16;

    private static final Logger log = LoggerFactory.getLogger(LockRegistryReplica.class);

    private final String name;
    private final LettuceConnectionFactory connections;
    private final StringRedisTemplate redis;
    private final HashOperations<String, String, String> hashes;
    private final RedisLockRegistry locks;

    LockRegistryReplica(String name, int redisPort) {
        this.name = name;
        this.connections = new LettuceConnectionFactory(
                new RedisStandaloneConfiguration("127.0.0.1", redisPort),
                LettuceClientConfiguration.builder()
                        .clientResources(FlushedTogether.resources())
                        .build());
        connections.afterPropertiesSet();
        connections.start();
        this.redis = new StringRedisTemplate(connections);
        this.hashes = redis.opsForHash();
        this.locks = new RedisLockRegistry(connections, "lock", LOCK_MILLIS);
    }

    void start() {
        ThreadPoolTaskExecutor pool = new ThreadPoolTaskExecutor();
        pool.setCorePoolSize(THREADS);
        pool.afterPropertiesSet();
        RedisMessageListenerContainer container = new RedisMessageListenerContainer();
        container.setConnectionFactory(connections);
        container.setTaskExecutor(pool);
        container.addMessageListener(
                (message, pattern) -> heard(new String(message.getBody(), UTF_8)), new ChannelTopic(CHANNEL));
        container.afterPropertiesSet();
        container.start();
    }

    private void heard(String message) {
        RivalReplica.parse(message).map(order -> Taking.of(order, name)).ifPresent(this::lockAndTake);
    }

    private void lockAndTake(Taking taking) {
        Lock lock = locks.obtain(taking.orderId());
        try {
            if (lock.tryLock()) {
                try {
                    take(taking);
                } finally {
                    lock.unlock();
                }
            }
        } catch (RuntimeException e) {
            log.warn("order {} failed", taking.orderId(), e);
        }
    }

    private void take(Taking taking) {
        List<String> levels = hashes.multiGet(STOCK, taking.skus());
        boolean isPossible = taking.isPossible(levels);
        if (isPossible) { // one by one: Spring opens a connection for each pipeline
            taking.units().forEach((sku, units) -> hashes.increment(STOCK, sku, -units));
        }
        redis.opsForStream().add(StringRecord.of(taking.ledgerEntry(isPossible)).withStreamKey(LEDGER));
    }
}
