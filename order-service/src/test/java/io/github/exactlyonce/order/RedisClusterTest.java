package io.github.exactlyonce.order;

import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class RedisClusterTest {

    @Test
    void aClusterWithoutItsSlotsIsUnavailableAndTakesOrdersWhenItHasThem() {
        try (RedisProcess redis = RedisProcess.start("--cluster-enabled", "yes");
                ObservedRedis observed = new ObservedRedis(redis.url());
                RunningOrderService service = RunningOrderService.start(
                        redis.port(),
                        "--spring.data.redis.cluster.nodes=127.0.0.1:" + redis.port(),
                        "--spring.data.redis.lettuce.cluster.refresh.period=1s")) {
            OrdersClient client = service.client();
            assertThat(client.place(order("29", "001", 1)).status()).isEqualTo(503);

            observed.commands().clusterAddSlots(IntStream.range(0, 16_384).toArray());

            await().atMost(Duration.ofSeconds(40))
                    .until(
                            () -> client.place(order("29", "001", 1)).status(),
                            status -> status == 201 || status == 200);
            assertThat(client.place(order("29", "001", 1)).status()).isEqualTo(200);
            assertThat(client.get("/orders/29").status()).isEqualTo(200);
            assertThat(client.get("/actuator/health/readiness").status()).isEqualTo(200);
        }
    }

    /** Lettuce knows of nobody to ask then, and looks at the cluster again. */
    @Test
    void anOrderWaitsUntilANodeHasItsSlot() {
        try (RedisProcess redis = RedisProcess.start("--cluster-enabled", "yes");
                ObservedRedis observed = new ObservedRedis(redis.url());
                RunningOrderService service = RunningOrderService.start(
                        redis.port(),
                        "--spring.data.redis.cluster.nodes=127.0.0.1:" + redis.port(),
                        "--spring.data.redis.timeout=15s",
                        "--orders.durability-timeout=100ms")) {
            observed.commands().configResetstat();
            CompletableFuture<Integer> memory = place(service, "29", "memory");
            CompletableFuture<Integer> replica = place(service, "30", "replica");
            await().atMost(Duration.ofSeconds(15))
                    .until(() -> observed.commands().info("commandstats").contains("cmdstat_cluster"));

            observed.commands().clusterAddSlots(IntStream.range(0, 16_384).toArray());

            assertThat(memory.join()).isEqualTo(201);
            assertThat(replica.join()).isEqualTo(503); // recorded, but there is no replica
            assertThat(observed.commands().exists("order:{main}:30")).isOne();
        }
    }

    private static CompletableFuture<Integer> place(RunningOrderService service, String id, String durability) {
        return CompletableFuture.supplyAsync(() -> service.client()
                .place(order(id, "001", 1), "Durability", durability)
                .status());
    }
}
