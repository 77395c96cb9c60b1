package io.github.exactlyonce.testbed.bench.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.figures.Machine;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Collectors;

/** Who keeps jobs, stock and ledger in a Redis: the last two under our keys and in our form. */
abstract class RedisContender extends JobContender {

    static final String STOCK = RedisKeys.stock(Warehouse.MAIN);
    static final String LEDGER = RedisKeys.ledger(Warehouse.MAIN);

    private static final int PAGE = 5_000;
    private static final int FLUSH = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final RedisProcess process;
    private final RedisClient client;
    private final StatefulRedisConnection<String, String> connection;
    private String lastForgotten = "0-0";
    private long forgotten;
    private String lastRead = "0-0";
    private long read;

    RedisContender(RedisProcess process) {
        this.process = process;
        this.client = RedisClient.create(process.url());
        this.connection = client.connect();
        redis().hset(STOCK, Job.SKUS.stream().collect(Collectors.toMap(sku -> sku, sku -> "0")));
    }

    /** Writes what schedules a job, without flushing it. */
    abstract RedisFuture<?> schedule(RedisAsyncCommands<String, String> redis, Job job);

    final RedisCommands<String, String> redis() {
        return connection.sync();
    }

    @Override
    final String store() {
        return "Redis " + Machine.versionOf(redis());
    }

    @Override
    final void schedule(List<Job> jobs) {
        List<RedisFuture<?>> answers = new ArrayList<>();
        connection.setAutoFlushCommands(false);
        for (Job job : jobs) {
            answers.add(schedule(connection.async(), job));
            if (answers.size() % FLUSH == 0) {
                connection.flushCommands();
            }
        }
        connection.flushCommands();
        connection.setAutoFlushCommands(true);
        if (!LettuceFutures.awaitAll(PATIENCE, answers.toArray(RedisFuture[]::new))) {
            throw new IllegalStateException("Redis did not take %d jobs of '%s' within %d s."
                    .formatted(jobs.size(), title(), PATIENCE.toSeconds()));
        }
    }

    @Override
    final long clock() {
        List<String> time = redis().time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    @Override
    final void forgetEffects() {
        forgotten = read;
        lastForgotten = lastRead;
    }

    @Override
    final int countEffects() {
        return (int) (redis().xlen(LEDGER) - forgotten);
    }

    @Override
    final List<Effect> effects() {
        List<Effect> effects = new ArrayList<>();
        String last = lastForgotten;
        List<StreamMessage<String, String>> page;
        do {
            page = redis().xrange(
                            LEDGER,
                            Range.from(Range.Boundary.excluding(last), Range.Boundary.unbounded()),
                            Limit.from(PAGE));
            for (StreamMessage<String, String> entry : page) {
                last = entry.getId();
                effects.add(
                        new Effect(entry.getBody().get("id"), Long.parseLong(last.substring(0, last.indexOf('-')))));
            }
        } while (page.size() == PAGE);
        lastRead = last;
        read = forgotten + effects.size();
        return effects;
    }

    @Override
    final long units() {
        return redis().hvals(STOCK).stream().mapToLong(Long::parseLong).sum();
    }

    @Override
    final Collection<Long> storePids() {
        return List.of(process.pid());
    }

    @Override
    public void close() {
        client.shutdown();
        process.close();
    }
}
