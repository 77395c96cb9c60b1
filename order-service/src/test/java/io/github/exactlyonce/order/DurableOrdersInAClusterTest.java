package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.lettuce.core.cluster.SlotHash;
import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Two primaries, of which only the one that holds the orders has a replica: a wait that went to the other would be in vain. */
class DurableOrdersInAClusterTest {

    private static final Duration LIMIT = Duration.ofSeconds(40);
    private static final int SLOT = SlotHash.getSlot(RedisKeys.jobs(MAIN));

    @Test
    void theWaitGoesToTheNodeThatHoldsTheOrdersAlsoAfterAFailover() {
        try (RedisProcess first = node();
                RedisProcess second = node();
                RedisProcess replica = node();
                ObservedRedis orders = new ObservedRedis(first.url());
                ObservedRedis others = new ObservedRedis(second.url());
                ObservedRedis copies = new ObservedRedis(replica.url())) {
            form(orders, others, copies, List.of(second, replica));
            try (RunningOrderService service = RunningOrderService.start(
                    first.port(),
                    "--spring.data.redis.cluster.nodes=127.0.0.1:" + second.port(),
                    "--orders.durability=replica")) {
                OrdersClient client = service.client();
                awaitDurable(client, "29");
                assertThat(others.commands().info("commandstats")).doesNotContain("cmdstat_wait");
                assertThat(lanes()).containsExactly(lane(orders));

                replica.freeze();
                Answer late = client.place(order("late", "001", 1));
                replica.thaw();
                assertThat(late.status()).isEqualTo(503);
                assertThat(late.text("type")).isEqualTo("urn:exactly-once:problem:durability-not-reached");

                await().atMost(LIMIT).until(() -> copies.commands().clusterFailover(true), "OK"::equals);
                awaitDurable(client, "30");
                assertThat(copies.commands().role().get(0)).isEqualTo("master");
                assertThat(copies.commands().info("commandstats")).contains("cmdstat_wait");
                await().atMost(LIMIT).untilAsserted(() -> assertThat(lanes()).containsExactly(lane(copies)));
            }
        }
    }

    /** The threads of shards, by their names. */
    private static List<String> lanes() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("orders-to-replica-"))
                .toList();
    }

    private static String lane(ObservedRedis primary) {
        return "orders-to-replica-" + primary.commands().clusterMyId();
    }

    private static RedisProcess node() {
        return RedisProcess.start(
                "--cluster-enabled", "yes", "--cluster-node-timeout", "5000", "--repl-diskless-sync-delay", "0");
    }

    private static void form(ObservedRedis orders, ObservedRedis others, ObservedRedis copies, List<RedisProcess> met) {
        orders.commands().clusterAddSlots(SLOT);
        others.commands()
                .clusterAddSlots(
                        IntStream.range(0, 16_384).filter(slot -> slot != SLOT).toArray());
        others.commands().clusterSetConfigEpoch(2);
        met.forEach(node -> orders.commands().clusterMeet("127.0.0.1", node.port()));
        String primary = orders.commands().clusterMyId();
        await().atMost(LIMIT)
                .until(() -> copies.commands().clusterNodes().contains(primary)
                        && copies.commands().clusterNodes().lines().count() == 3);
        copies.commands().clusterReplicate(primary);
        await().atMost(LIMIT)
                .until(() -> List.of(orders, others, copies).stream()
                        .allMatch(node -> node.commands().clusterInfo().contains("cluster_state:ok")
                                && node.commands().clusterNodes().contains("slave " + primary)));
        await().atMost(LIMIT).until(() -> orders.commands().info("replication").contains("state=online"));
    }

    private static void awaitDurable(OrdersClient client, String id) {
        await().atMost(LIMIT).until(() -> client.place(order(id, "001", 1)).header("Durability"), "replica"::equals);
    }
}
