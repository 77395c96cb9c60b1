package io.github.exactlyonce.testbed.bench.rivals;

import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.CHANNEL;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.LEDGER;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.LOCK_MILLIS;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.STOCK;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.redisson.Redisson;
import org.redisson.api.RBatch;
import org.redisson.api.RLock;
import org.redisson.api.RMapAsync;
import org.redisson.api.RedissonClient;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.client.codec.StringCodec;
import org.redisson.config.Config;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Rival#REDISSON}. */
final class RedissonReplica {

    /** What Redisson has by default. */
    static final int THREADS = 16;

    private static final Logger log = LoggerFactory.getLogger(RedissonReplica.class);

    private final String name;
    private final RedissonClient redisson;

    RedissonReplica(String name, int redisPort) {
        this.name = name;
        Config config = new Config();
        config.setCodec(StringCodec.INSTANCE);
        config.setThreads(THREADS);
        config.setKeepPubSubOrder(false); // orders are independent; else they are done one by one
        config.useSingleServer().setAddress("redis://127.0.0.1:" + redisPort);
        this.redisson = Redisson.create(config);
    }

    void start() {
        redisson.getTopic(CHANNEL).addListener(String.class, (channel, message) -> heard(message));
    }

    private void heard(String message) {
        RivalReplica.parse(message).map(order -> Taking.of(order, name)).ifPresent(this::lockAndTake);
    }

    private void lockAndTake(Taking taking) {
        RLock lock = redisson.getLock("lock:" + taking.orderId());
        try {
            if (lock.tryLock(0, LOCK_MILLIS, TimeUnit.MILLISECONDS)) {
                try {
                    take(taking);
                } finally {
                    lock.unlock();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            log.warn("order {} failed", taking.orderId(), e);
        }
    }

    private void take(Taking taking) {
        List<String> skus = taking.skus();
        Map<String, String> stock = redisson.<String, String>getMap(STOCK).getAll(Set.copyOf(skus));
        List<String> levels = new ArrayList<>();
        skus.forEach(sku -> levels.add(stock.getOrDefault(sku, "0")));
        boolean isPossible = taking.isPossible(levels);
        RBatch batch = redisson.createBatch();
        if (isPossible) {
            RMapAsync<String, Long> map = batch.getMap(STOCK);
            taking.units().forEach((sku, units) -> map.addAndGetAsync(sku, -units));
        }
        batch.<String, String>getStream(LEDGER).addAsync(StreamAddArgs.entries(taking.ledgerEntry(isPossible)));
        batch.execute();
    }
}
