package io.github.exactlyonce.order;

import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import java.time.Duration;
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
                    .until(() -> client.place(order("29", "001", 1)).status(), status -> status == 201);
            assertThat(client.place(order("29", "001", 1)).status()).isEqualTo(200);
            assertThat(client.get("/orders/29").status()).isEqualTo(200);
            assertThat(client.get("/actuator/health/readiness").status()).isEqualTo(200);
        }
    }
}
