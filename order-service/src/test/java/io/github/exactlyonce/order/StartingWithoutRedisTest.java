package io.github.exactlyonce.order;

import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartingWithoutRedisTest {

    @TempDir
    private Path directory;

    @Test
    void theServiceStartsAndBecomesReadyWhenRedisComes() {
        int port = RedisProcess.freePort();
        try (RunningOrderService service = RunningOrderService.start(port)) {
            OrdersClient client = service.client();
            assertThat(client.place(order("early", "001", 1)).status()).isEqualTo(503);
            assertThat(client.get("/actuator/health/liveness").status()).isEqualTo(200);
            Answer readiness = client.get("/actuator/health/readiness");
            assertThat(readiness.status()).isEqualTo(503);
            assertThat(readiness.text()).contains("Redis cannot be reached");

            try (RedisProcess redis = RedisProcess.start(port, directory)) {
                await().atMost(Duration.ofSeconds(20))
                        .until(() -> client.get("/actuator/health/readiness").status(), status -> status == 200);
                assertThat(client.place(order("early", "001", 1)).status())
                        .as("placed in the Redis on port %d", redis.port())
                        .isEqualTo(201);
            }
        }
    }
}
