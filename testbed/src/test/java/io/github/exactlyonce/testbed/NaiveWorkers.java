package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.RedisKeys;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.TransactionResult;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.Phaser;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The job scheduler of the textbook: each second every worker reads the jobs that are due, removes what is due from the set,
 * and does what it has read. Source: Thomas Hunter II, "Redis and Node Part 3: Atomicity with MULTI".
 *
 * <p>Each worker is a thread with a connection of its own; all poll at the same instant. They read this JVM's clock, as the
 * source does.
 */
final class NaiveWorkers implements AutoCloseable {

    /** How due jobs are taken out of the set. */
    enum Take {
        TWO_COMMANDS {
            @Override
            List<String> jobs(StatefulRedisConnection<String, String> redis, Range<Long> due) {
                List<String> jobs = redis.sync().zrangebyscore(RedisKeys.jobs(MAIN), due);
                redis.sync().zremrangebyscore(RedisKeys.jobs(MAIN), due);
                return jobs;
            }
        },

        MULTI_EXEC {
            @Override
            List<String> jobs(StatefulRedisConnection<String, String> redis, Range<Long> due) {
                redis.sync().multi();
                redis.sync().zrangebyscore(RedisKeys.jobs(MAIN), due);
                redis.sync().zremrangebyscore(RedisKeys.jobs(MAIN), due);
                TransactionResult result = redis.sync().exec();
                return result.get(0);
            }
        };

        abstract List<String> jobs(StatefulRedisConnection<String, String> redis, Range<Long> due);
    }

    private static final int WORKERS = 4;

    /** A worker is not killed over less: it would not show. */
    private static final int MANY = 100;

    private static final Duration INTERVAL = Duration.ofSeconds(1);

    private final RedisClient client;
    private final Take take;
    private final AtomicBoolean killOne;
    private final List<Thread> workers = new ArrayList<>();
    private final AtomicInteger atWork = new AtomicInteger();
    private final Phaser instant = new Phaser(1 + WORKERS);
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
    private volatile boolean closed;

    /** @param killOne whether the first worker that takes many jobs ends right after that, and before it does them */
    NaiveWorkers(RedisClient client, Take take, boolean killOne) {
        this.client = client;
        this.take = take;
        this.killOne = new AtomicBoolean(killOne);
        for (int i = 1; i <= WORKERS; i++) {
            String name = "worker-" + i;
            Thread worker = new Thread(() -> work(name), name);
            workers.add(worker);
            worker.start();
        }
        clock.scheduleAtFixedRate(instant::arriveAndAwaitAdvance, 0, INTERVAL.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Whether nobody has jobs in hand. Says nothing of jobs that are still in the set. */
    boolean isIdle() {
        return atWork.get() == 0;
    }

    @Override
    public void close() {
        closed = true;
        clock.shutdown();
        instant.forceTermination();
        for (Thread worker : workers) {
            try {
                worker.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void work(String name) {
        try (StatefulRedisConnection<String, String> redis = client.connect()) {
            while (instant.arriveAndAwaitAdvance() >= 0 && !closed) {
                atWork.incrementAndGet();
                List<String> jobs = take.jobs(redis, Range.create(0L, System.currentTimeMillis()));
                boolean killed = jobs.size() >= MANY && killOne.getAndSet(false);
                if (!killed) {
                    perform(redis, name, jobs);
                }
                atWork.decrementAndGet();
                if (killed) {
                    instant.arriveAndDeregister();
                    return;
                }
            }
        }
    }

    /** What a replica's script does, without the script. */
    private void perform(StatefulRedisConnection<String, String> redis, String name, List<String> jobs) {
        List<RedisFuture<?>> effects = new ArrayList<>();
        for (String job : jobs) {
            String[] words = job.split(" "); // restock <id> <sku> <quantity>
            effects.add(redis.async().hincrby(RedisKeys.stock(MAIN), words[2], Long.parseLong(words[3])));
            effects.add(redis.async()
                    .xadd(
                            RedisKeys.ledger(MAIN),
                            Map.of(
                                    "effect",
                                    "RESTOCKED",
                                    "id",
                                    words[1],
                                    "units",
                                    words[2] + "=" + words[3],
                                    "by",
                                    name + "/1")));
        }
        LettuceFutures.awaitAll(TestSystem.PATIENCE, effects.toArray(new RedisFuture<?>[0]));
    }
}
