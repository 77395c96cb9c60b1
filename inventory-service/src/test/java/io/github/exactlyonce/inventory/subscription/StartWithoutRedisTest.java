package io.github.exactlyonce.inventory.subscription;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.inventory.InventoryServiceApplication;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;

class StartWithoutRedisTest {

    @Test
    void aReplicaStartsWhileRedisIsAwayAndHearsTheChannelOnceItIsThere(@TempDir Path directory) throws IOException {
        int port = RedisProcess.freePort();
        try (ConfigurableApplicationContext replica = new SpringApplicationBuilder(InventoryServiceApplication.class)
                .run(
                        "--server.port=0",
                        "--spring.data.redis.port=" + port,
                        "--inventory.subscription.probe-interval=50ms")) {
            OrderSubscription subscription = replica.getBean(OrderSubscription.class);
            assertThat(replica.isRunning()).isTrue();
            assertThat(subscription.isProven()).isFalse();

            try (RedisProcess redis = RedisProcess.start(port, directory)) {
                assertThat(redis.pid()).isPositive();
                await().atMost(Duration.ofSeconds(20)).until(subscription::isProven);
            }
            await().atMost(Duration.ofSeconds(20)).until(() -> !subscription.isProven());
        }
    }
}
