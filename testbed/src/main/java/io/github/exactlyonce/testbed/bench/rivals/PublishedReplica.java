package io.github.exactlyonce.testbed.bench.rivals;

import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.CHANNEL;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.LEDGER;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.LOCK_MILLIS;
import static io.github.exactlyonce.testbed.bench.rivals.RivalReplica.STOCK;

import io.lettuce.core.RedisClient;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@link Rival#PUBLISHED_REFERENCE}. */
final class PublishedReplica {

    private static final Logger log = LoggerFactory.getLogger(PublishedReplica.class);
    private static final SetArgs IF_FREE = SetArgs.Builder.nx().px(LOCK_MILLIS);

    private final String name;
    private final RedisClient client;
    private final RedisAsyncCommands<String, String> redis;

    PublishedReplica(String name, int redisPort) {
        this.name = name;
        this.client = RedisClient.create(FlushedTogether.resources(), "redis://127.0.0.1:" + redisPort);
        this.redis = client.connect().async();
    }

    void start() {
        StatefulRedisPubSubConnection<String, String> subscription = client.connectPubSub();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                heard(message);
            }
        });
        subscription.sync().subscribe(CHANNEL);
    }

    private void heard(String message) {
        RivalReplica.parse(message)
                .map(order -> Taking.of(order, name))
                .ifPresent(taking -> lockAndTake(taking).exceptionally(e -> {
                    log.warn("order {} failed", taking.orderId(), e);
                    return null;
                }));
    }

    private CompletionStage<?> lockAndTake(Taking taking) {
        String lock = "lock:" + taking.orderId();
        return redis.set(lock, "locked", IF_FREE)
                .thenCompose(answer -> answer == null
                        ? CompletableFuture.completedFuture(null)
                        : take(taking).whenComplete((done, failure) -> redis.del(lock)));
    }

    private CompletionStage<String> take(Taking taking) {
        return redis.hmget(STOCK, taking.skus().toArray(String[]::new)).thenCompose(answer -> {
            List<String> levels =
                    answer.stream().map(level -> level.getValueOrElse("0")).toList();
            boolean isPossible = taking.isPossible(levels);
            if (isPossible) {
                taking.units().forEach((sku, units) -> redis.hincrby(STOCK, sku, -units));
            }
            return redis.xadd(LEDGER, taking.ledgerEntry(isPossible));
        });
    }
}
