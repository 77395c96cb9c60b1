package io.github.exactlyonce.testbed.bench.jobs;

import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job scheduler of the textbook: each second, those that are due are read and removed in one transaction, and then done. Source: Thomas Hunter II, "Redis
 * and Node Part 3: Atomicity with MULTI". It reads this JVM's clock and does not wait for what it has sent, as the source does; one thread and one connection,
 * so that nothing gets between MULTI and EXEC.
 */
final class PublishedWorker {

    /** A sorted set: member = {@code <id> <sku>}, score = due time. */
    static final String JOBS = "jobs";

    /** A set: workers that look for jobs. */
    static final String READY = "ready";

    private static final Logger log = LoggerFactory.getLogger(PublishedWorker.class);
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int FLUSH = 500;

    private final String name;
    private final StatefulRedisConnection<String, String> connection;
    private final RedisAsyncCommands<String, String> redis;

    PublishedWorker(String name, int redisPort) {
        this.name = name;
        this.connection = RedisClient.create("redis://127.0.0.1:" + redisPort).connect();
        this.redis = connection.async();
    }

    void start() {
        connection.sync().sadd(READY, name);
        connection.setAutoFlushCommands(false);
        Executors.newSingleThreadScheduledExecutor()
                .scheduleAtFixedRate(this::takeAndDo, INTERVAL.toMillis(), INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void takeAndDo() {
        try {
            int sent = 0;
            for (String job : take()) {
                perform(job);
                if (++sent % FLUSH == 0) {
                    connection.flushCommands();
                }
            }
            connection.flushCommands();
        } catch (Exception e) { // or it would never be called again
            log.warn("jobs failed", e);
        }
    }

    private List<String> take() throws Exception {
        Range<Long> due = Range.create(0L, System.currentTimeMillis());
        redis.multi();
        redis.zrangebyscore(JOBS, due);
        redis.zremrangebyscore(JOBS, due);
        RedisFuture<TransactionResult> taken = redis.exec();
        connection.flushCommands();
        return taken.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).get(0);
    }

    private void perform(String job) {
        String[] words = job.split(" ");
        redis.hincrby(RedisContender.STOCK, words[1], 1);
        redis.xadd(
                RedisContender.LEDGER,
                Map.of("effect", "RESTOCKED", "id", words[0], "units", words[1] + "=1", "by", name));
    }
}
