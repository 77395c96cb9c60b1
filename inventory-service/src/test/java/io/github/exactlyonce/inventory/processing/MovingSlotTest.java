package io.github.exactlyonce.inventory.processing;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.lettuce.core.MigrateArgs;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.cluster.SlotHash;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** A cluster of two nodes, the second of which gets the slot of the orders, key by key, while one is due. Two attempts. */
@SpringBootTest(
        properties = {
            "jobs.poll-interval=10ms",
            "jobs.lease=100ms",
            "jobs.max-attempts=2",
            "jobs.backoff.initial=1ms",
            "jobs.backoff.max=1ms"
        })
class MovingSlotTest {

    private static final Duration DEADLINE = Duration.ofSeconds(20);
    private static final int SLOT = SlotHash.getSlot(RedisKeys.jobs(MAIN));

    /** More than count, if they count. */
    private static final int REFUSALS = 10;

    private static final RedisProcess SOURCE = RedisProcess.start("--cluster-enabled", "yes");
    private static final RedisProcess TARGET = RedisProcess.start("--cluster-enabled", "yes");
    private static final RedisClient CLIENT = RedisClient.create();
    private static final RedisCommands<String, String> HERE =
            CLIENT.connect(RedisURI.create(SOURCE.url())).sync();
    private static final RedisCommands<String, String> THERE =
            CLIENT.connect(RedisURI.create(TARGET.url())).sync();

    @Autowired
    private MeterRegistry meters;

    @DynamicPropertySource
    static void cluster(DynamicPropertyRegistry registry) {
        HERE.clusterAddSlots(IntStream.range(0, SlotHash.SLOT_COUNT).toArray());
        HERE.clusterMeet(TARGET.host(), TARGET.port());
        await().atMost(DEADLINE)
                .until(() -> Stream.of(HERE, THERE)
                        .allMatch(node -> node.clusterInfo().contains("cluster_state:ok")
                                && node.clusterInfo().contains("cluster_slots_ok:" + SlotHash.SLOT_COUNT)
                                && node.clusterNodes().lines().count() == 2));
        registry.add("spring.data.redis.cluster.nodes", () -> SOURCE.host() + ":" + SOURCE.port());
    }

    @AfterAll
    static void stop() {
        CLIENT.shutdown();
        SOURCE.close();
        TARGET.close();
    }

    @Test
    void anOrderThatIsDueWhileItsSlotIsOnTwoNodesIsSettledAfterwardsHoweverLongThatTook() throws Exception {
        String source = HERE.clusterMyId();
        String target = THERE.clusterMyId();
        HERE.hset(RedisKeys.stock(MAIN), "001", "10");
        HERE.hset(RedisKeys.recurring(MAIN), "publish 7", "UTC 0 0 0 1 1 *"); // else no claim gets through either
        place("29");
        THERE.clusterSetSlotImporting(SLOT, source);
        HERE.clusterSetSlotMigrating(SLOT, target);
        move(List.of(RedisKeys.stock(MAIN)));
        HERE.zadd(RedisKeys.jobs(MAIN), 1, "order 29"); // due now

        await().atMost(DEADLINE).until(() -> refused() >= REFUSALS);

        assertThat(HERE.zscore(RedisKeys.jobs(MAIN), "order 29"))
                .as("it is there still")
                .isNotNull();
        move(HERE.clusterGetKeysInSlot(SLOT, 100));
        THERE.clusterSetSlotNode(SLOT, target);
        HERE.clusterSetSlotNode(SLOT, target);
        await().atMost(DEADLINE).until(() -> "CONFIRMED".equals(THERE.hget(RedisKeys.order(MAIN, "29"), "status")));
        assertThat(THERE.hgetall(RedisKeys.stock(MAIN))).isEqualTo(Map.of("001", "9"));
        assertThat(THERE.exists(RedisKeys.deadLetters(MAIN), RedisKeys.jobs(MAIN)))
                .isZero();
    }

    private double refused() {
        return meters.find("inventory.decisions").tag("reason", "refused").counters().stream()
                .mapToDouble(counter -> counter.count())
                .sum();
    }

    /** Due in an hour. */
    private static void place(String id) throws Exception {
        HERE.eval(
                LuaScript.returningList("place-order.lua").body(),
                ScriptOutputType.MULTI,
                new String[] {RedisKeys.order(MAIN, id), RedisKeys.jobs(MAIN)},
                "record",
                id,
                String.valueOf(Duration.ofHours(1).toMillis()),
                RedisKeys.orderUpdates(MAIN),
                RedisKeys.jobUpdates(MAIN),
                "001=1",
                "",
                "",
                "");
    }

    private static void move(List<String> keys) {
        HERE.migrate(TARGET.host(), TARGET.port(), 0, 5000, MigrateArgs.Builder.keys(keys));
    }
}
