package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import java.util.OptionalLong;

/**
 * Who takes part: a Redis of its own, so that its processor time and memory are its own too, and whoever does the work of an order there. All keep their stock
 * and their ledger under our keys and in our form.
 */
abstract class Contender implements AutoCloseable {

    static final int REPLICAS = 3;

    static final String STOCK = RedisKeys.stock(Warehouse.MAIN);
    static final String LEDGER = RedisKeys.ledger(Warehouse.MAIN);
    static final String CHANNEL = RedisKeys.orderUpdates(Warehouse.MAIN);

    private final RedisProcess redis;

    Contender(RedisProcess redis) {
        this.redis = redis;
    }

    /** Short. */
    abstract String title();

    /** What it does, in a sentence or two. */
    abstract String description();

    /** What it promises if a replica dies; {@link Part#CRASH} tries it. */
    abstract String onCrash();

    /** Whether anything that is lost or repeated is our own fault. */
    boolean isOurs() {
        return false;
    }

    /** Returns when every replica hears orders. @param redis its own */
    abstract void awaitReady(RedisCommands<String, String> redis);

    /** Processes beside its Redis, all of them alike. */
    abstract List<? extends ChildProcess> replicas();

    /** Returns when a replica that was killed hears orders again. @param redis its own */
    abstract void restart(ChildProcess replica, RedisCommands<String, String> redis);

    /** Orders that Redis has handed to a replica and still waits for; empty where it does not remember that. @param redis its own */
    OptionalLong pending(RedisCommands<String, String> redis) {
        return OptionalLong.empty();
    }

    final List<Long> replicaPids() {
        return replicas().stream().map(ChildProcess::pid).toList();
    }

    /** Writes what makes the order known, without flushing it. @return of the last command */
    abstract RedisFuture<?> send(RedisAsyncCommands<String, String> redis, Order order);

    final int redisPort() {
        return redis.port();
    }

    final long redisPid() {
        return redis.pid();
    }

    @Override
    public void close() {
        redis.close();
    }
}
