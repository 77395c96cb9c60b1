package io.github.exactlyonce.testbed.bench.rivals;

import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.GROUP;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.LEDGER;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.ORDER;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.ORDERS;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.STOCK;

import io.lettuce.core.api.StatefulConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.pool2.impl.GenericObjectPoolConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.RedisSystemException;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettucePoolingClientConfiguration;
import org.springframework.data.redis.connection.stream.Consumer;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.ReadOffset;
import org.springframework.data.redis.connection.stream.StreamOffset;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.data.redis.stream.StreamMessageListenerContainer;
import org.springframework.data.redis.stream.StreamMessageListenerContainer.StreamMessageListenerContainerOptions;

/** {@link Rival#STREAM_GROUP}. */
final class StreamReplica {

    /** In each replica: a consumer works on one order at a time, so as many as the lock libraries have threads. */
    static final int CONSUMERS = 16;

    /** Each consumer waits for entries on one, and all of them send their scripts on another. */
    private static final int CONNECTIONS = CONSUMERS + 1;

    private static final Logger log = LoggerFactory.getLogger(StreamReplica.class);
    private static final int AT_ONCE = 100;
    private static final Duration POLL = Duration.ofMillis(500);
    private static final String RETENTION_MILLIS =
            String.valueOf(Duration.ofDays(7).toMillis());

    /**
     * KEYS: mark of the order, stock, ledger, stream of orders. ARGV: group, entry, time to live of the mark, order id, units as the ledger shows them, replica,
     * then SKU and quantity in turns.
     */
    private static final RedisScript<Long> SETTLE = RedisScript.of("""
            local fresh = redis.call('SET', KEYS[1], ARGV[6], 'NX', 'PX', ARGV[3])
            if fresh then
              local skus = {}
              for i = 7, #ARGV, 2 do skus[#skus + 1] = ARGV[i] end
              local levels = redis.call('HMGET', KEYS[2], unpack(skus))
              local possible = true
              for i, level in ipairs(levels) do
                possible = possible and level and tonumber(level) >= tonumber(ARGV[6 + 2 * i])
              end
              if possible then
                for i = 7, #ARGV, 2 do redis.call('HINCRBY', KEYS[2], ARGV[i], '-' .. ARGV[i + 1]) end
              end
              redis.call('XADD', KEYS[3], '*', 'effect', possible and 'CONFIRMED' or 'REJECTED', 'id', ARGV[4],
                'units', possible and ARGV[5] or '', 'by', ARGV[6])
            end
            return redis.call('XACK', KEYS[4], ARGV[1], ARGV[2])
            """, Long.class);

    private final String name;
    private final LettuceConnectionFactory connections;
    private final StringRedisTemplate redis;

    StreamReplica(String name, int redisPort) {
        this.name = name;
        this.connections = new LettuceConnectionFactory(
                new RedisStandaloneConfiguration("127.0.0.1", redisPort),
                LettucePoolingClientConfiguration.builder()
                        .poolConfig(pool())
                        .clientResources(FlushedTogether.resources())
                        .build());
        connections.afterPropertiesSet();
        connections.start();
        this.redis = new StringRedisTemplate(connections);
    }

    /** None of them is closed while it is idle for a moment. */
    private static GenericObjectPoolConfig<StatefulConnection<?, ?>> pool() {
        GenericObjectPoolConfig<StatefulConnection<?, ?>> pool = new GenericObjectPoolConfig<>();
        pool.setMaxTotal(CONNECTIONS);
        pool.setMaxIdle(CONNECTIONS);
        return pool;
    }

    void start() {
        createGroup();
        StreamMessageListenerContainer<String, MapRecord<String, String, String>> container =
                StreamMessageListenerContainer.create(
                        connections,
                        StreamMessageListenerContainerOptions.builder()
                                .batchSize(AT_ONCE)
                                .pollTimeout(POLL)
                                .build());
        for (int i = 1; i <= CONSUMERS; i++) {
            container.receive(
                    Consumer.from(GROUP, name + "-" + i),
                    StreamOffset.create(ORDERS, ReadOffset.lastConsumed()),
                    this::read);
        }
        container.start();
    }

    private void createGroup() {
        try {
            redis.opsForStream().createGroup(ORDERS, ReadOffset.from("0"), GROUP);
        } catch (RedisSystemException e) { // another replica was faster
            log.debug("the group is there", e);
        }
    }

    private void read(MapRecord<String, String, String> entry) {
        RivalReplica.parse(entry.getValue().get(ORDER))
                .map(order -> Taking.of(order, name))
                .ifPresent(taking -> settle(entry, taking));
    }

    private void settle(MapRecord<String, String, String> entry, Taking taking) {
        List<String> arguments = new ArrayList<>(
                List.of(GROUP, entry.getId().getValue(), RETENTION_MILLIS, taking.orderId(), taking.packed(), name));
        taking.units().forEach((sku, units) -> {
            arguments.add(sku);
            arguments.add(String.valueOf(units));
        });
        redis.execute(SETTLE, List.of("done:" + taking.orderId(), STOCK, LEDGER, ORDERS), arguments.toArray());
    }
}
