package io.github.exactlyonce.inventory.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.lettuce.core.KillArgs;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/**
 * A cluster of two primaries, one of which has a replica, and warehouses on both. Due jobs come due in an hour, so an order that is
 * settled was heard of.
 */
@SpringBootTest(
        properties = {
            "inventory.subscription.probe-interval=100ms",
            "inventory.subscription.probe-timeout=1s",
            "jobs.poll-interval=1h"
        })
class ShardedSubscriptionTest {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final LuaScript PLACE_ORDER = LuaScript.returningList("place-order.lua");
    private static final int HALF = SlotHash.SLOT_COUNT / 2;

    private static final List<RedisProcess> NODES = Stream.generate(() -> RedisProcess.start(
                    "--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--repl-diskless-sync-delay", "0"))
            .limit(3)
            .toList();
    private static final RedisClient CLIENT = RedisClient.create();
    private static final List<RedisCommands<String, String>> REDIS = NODES.stream()
            .map(node -> CLIENT.connect(RedisURI.create(node.url())).sync())
            .toList();

    /** Two on the first node, in two slots, and one on the second. */
    private static final List<Warehouse> WAREHOUSES = Stream.concat(
                    named().filter(warehouse -> slot(warehouse) < HALF).limit(2),
                    named().filter(warehouse -> slot(warehouse) >= HALF).limit(1))
            .toList();

    private static int orders;

    @Autowired
    private Pipelines pipelines;

    @Autowired
    private MeterRegistry meters;

    @BeforeAll
    static void hasShardedChannels() {
        String version = REDIS.get(0)
                .info("server")
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .findFirst()
                .orElseThrow();
        assumeTrue(!version.startsWith("redis_version:6."), "sharded channels are tested from Redis 7 on: " + version);
    }

    @DynamicPropertySource
    static void cluster(DynamicPropertyRegistry registry) {
        REDIS.get(0).clusterAddSlots(IntStream.range(0, HALF).toArray());
        REDIS.get(1).clusterAddSlots(IntStream.range(HALF, SlotHash.SLOT_COUNT).toArray());
        REDIS.get(1).clusterSetConfigEpoch(2);
        NODES.forEach(node -> REDIS.get(0).clusterMeet(node.host(), node.port()));
        String primary = REDIS.get(0).clusterMyId();
        await().atMost(DEADLINE)
                .until(() -> REDIS.stream()
                        .allMatch(redis -> redis.clusterNodes()
                                        .lines()
                                        .filter(line -> !line.contains("handshake"))
                                        .count()
                                == 3));
        await().atMost(DEADLINE).ignoreExceptions().until(() -> REDIS.get(2).clusterReplicate(primary), "OK"::equals);
        await().atMost(DEADLINE)
                .until(() -> REDIS.stream()
                                .allMatch(redis -> redis.clusterInfo().contains("cluster_state:ok")
                                        && redis.clusterNodes().contains("slave " + primary))
                        && REDIS.get(0).info("replication").contains("state=online"));
        registry.add(
                "spring.data.redis.cluster.nodes",
                () -> NODES.get(0).host() + ":" + NODES.get(0).port());
        registry.add(
                "inventory.warehouses",
                () -> String.join(",", WAREHOUSES.stream().map(Warehouse::name).toList()));
    }

    @AfterAll
    static void stop() {
        CLIENT.shutdown();
        NODES.forEach(RedisProcess::close);
    }

    @Test
    void everyWarehouseIsHeardWhateverHappensToTheNodeWhereItIs() {
        awaitHeard();
        assertThat(callsOf("spublish")).as("of probes and orders").isPositive();
        assertThat(REDIS.get(1).clusterInfo())
                .as("nothing came from the first node")
                .doesNotContain("cluster_stats_messages_publishshard_received");

        REDIS.forEach(redis -> redis.clientKill(KillArgs.Builder.typePubsub()));
        awaitHeard();

        // Not that of the first name, whose probes prove the connection.
        moveSlot(Collections.max(WAREHOUSES.subList(0, 2)));
        awaitHeard();

        await().atMost(DEADLINE.multipliedBy(2))
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofSeconds(1))
                .ignoreExceptions()
                .until(() -> {
                    boolean isPrimary = "master".equals(REDIS.get(2).role().get(0));
                    if (!isPrimary) {
                        REDIS.get(2).clusterFailover(false); // one that was given up is begun again
                    }
                    return isPrimary;
                });
        awaitHeard();

        NODES.get(1).freeze();
        try {
            await().atMost(DEADLINE).until(() -> unheard() == 2); // one was there, and one has moved there
        } finally {
            NODES.get(1).thaw();
        }
        awaitHeard();
    }

    /** Places orders until each warehouse has settled one that was placed after the last. */
    private void awaitHeard() {
        try (Pipeline pipeline = pipelines.open()) {
            for (Warehouse warehouse : WAREHOUSES) {
                await().atMost(DEADLINE).until(() -> isHeard(pipeline, warehouse));
            }
        }
    }

    private boolean isHeard(Pipeline pipeline, Warehouse warehouse) {
        String id = "o-" + orders++;
        ScriptCall call = ScriptCall.on(RedisKeys.order(warehouse, id), RedisKeys.jobs(warehouse))
                .with(
                        "announce",
                        id,
                        Duration.ofHours(2).toMillis(),
                        RedisKeys.shardedOrderUpdates(warehouse),
                        RedisKeys.shardedJobUpdates(warehouse),
                        "001=1",
                        "",
                        "",
                        "");
        if (pipeline.eval(PLACE_ORDER, call).isFailure()) {
            return false;
        }
        long end = System.nanoTime() + Duration.ofSeconds(1).toNanos();
        while (System.nanoTime() < end) {
            Reply<String> status = pipeline.sendAll(
                            List.of(RedisKeys.order(warehouse, id)), (redis, key) -> redis.hget(key, "status"))
                    .get(0);
            if ("REJECTED".equals(status.value())) {
                return true;
            }
        }
        return false;
    }

    private double unheard() {
        return meters.get("inventory.subscription.unheard").gauge().value();
    }

    private static long callsOf(String command) {
        return REDIS.stream()
                .flatMap(redis -> redis.info("commandstats").lines())
                .filter(line -> line.startsWith("cmdstat_" + command + ":"))
                .count();
    }

    private static void moveSlot(Warehouse warehouse) {
        RedisCommands<String, String> from = REDIS.get(0);
        RedisCommands<String, String> to = REDIS.get(1);
        int slot = slot(warehouse);
        to.clusterSetSlotImporting(slot, from.clusterMyId());
        from.clusterSetSlotMigrating(slot, to.clusterMyId());
        List<String> keys = from.clusterGetKeysInSlot(slot, 1000);
        from.migrate(NODES.get(1).host(), NODES.get(1).port(), 0, 5000, MigrateArgs.Builder.keys(keys));
        to.clusterSetSlotNode(slot, to.clusterMyId());
        from.clusterSetSlotNode(slot, to.clusterMyId());
    }

    private static Stream<Warehouse> named() {
        return IntStream.range(1, 100).mapToObj(i -> new Warehouse("w" + i));
    }

    private static int slot(Warehouse warehouse) {
        return SlotHash.getSlot(RedisKeys.jobs(warehouse));
    }
}
