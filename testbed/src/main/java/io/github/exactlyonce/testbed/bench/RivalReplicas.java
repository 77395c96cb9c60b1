package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.bench.rivals.Rival;
import io.github.exactlyonce.testbed.bench.rivals.RivalReplica;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.Polling;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.stream.Collectors;

/** Three replicas of somebody else's. */
final class RivalReplicas extends Contender {

    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final XAddArgs TRIMMED =
            XAddArgs.Builder.maxlen(RivalReplica.STREAM_LENGTH).approximateTrimming();

    private final Rival rival;
    private final List<ChildProcess> replicas;

    private RivalReplicas(RedisProcess redis, Rival rival, List<ChildProcess> replicas) {
        super(redis);
        this.rival = rival;
        this.replicas = List.copyOf(replicas);
    }

    static RivalReplicas launch(Rival rival, RedisProcess redis, Path logs) {
        List<ChildProcess> replicas = new ArrayList<>();
        for (int i = 1; i <= REPLICAS; i++) {
            String name = rival + "-" + i;
            List<String> command = new ArrayList<>(List.of(ChildProcess.java()));
            command.addAll(Jvm.options());
            command.addAll(RivalReplica.arguments(rival, name, redis.port()));
            replicas.add(new ChildProcess(name, command, Map.of(), logs.resolve(name + ".log")));
        }
        RivalReplicas launched = new RivalReplicas(redis, rival, replicas);
        replicas.forEach(ChildProcess::start);
        return launched;
    }

    @Override
    void awaitReady(RedisCommands<String, String> redis) {
        if (!Polling.until(START_LIMIT, () -> redis.scard(RivalReplica.READY) == REPLICAS)) {
            throw new BenchException("Not all replicas of '%s' are ready within %d s; their logs are in %s."
                    .formatted(
                            title(),
                            START_LIMIT.toSeconds(),
                            replicas.stream()
                                    .map(replica -> replica.log().toString())
                                    .collect(Collectors.joining(", "))));
        }
    }

    @Override
    String title() {
        return rival.title();
    }

    @Override
    String description() {
        return rival.description();
    }

    @Override
    String onCrash() {
        return rival.onCrash();
    }

    @Override
    List<ChildProcess> replicas() {
        return replicas;
    }

    @Override
    void restart(ChildProcess replica, RedisCommands<String, String> redis) {
        redis.srem(RivalReplica.READY, replica.name()); // of its life before
        replica.start();
        awaitReady(redis);
    }

    @Override
    OptionalLong pending(RedisCommands<String, String> redis) {
        return rival.readsStream()
                ? OptionalLong.of(
                        redis.xpending(RivalReplica.ORDERS, RivalReplica.GROUP).getCount())
                : OptionalLong.empty();
    }

    @Override
    RedisFuture<?> send(RedisAsyncCommands<String, String> redis, Order order) {
        String message = message(order);
        return rival.readsStream()
                ? redis.xadd(RivalReplica.ORDERS, TRIMMED, Map.of(RivalReplica.ORDER, message))
                : redis.publish(CHANNEL, message);
    }

    /** What our script publishes. */
    private static String message(Order order) {
        String items = order.items().list().stream()
                .map(item -> "{\"id\":\"%s\",\"quantity\":%d}".formatted(item.id(), item.quantity()))
                .collect(Collectors.joining(","));
        return "{\"eventType\":\"OrderPlaced\",\"schemaVersion\":1,\"id\":\"" + order.orderId() + "\",\"orderId\":\""
                + order.orderId() + "\",\"items\":[" + items + "],\"placedAt\":\"2026-01-01T00:00:00.000Z\"}";
    }

    @Override
    public void close() {
        replicas.parallelStream().forEach(ChildProcess::stop);
        super.close();
    }
}
