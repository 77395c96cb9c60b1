package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** One service and one real Redis, shared by the tests that extend this. Each order has an id of its own. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "orders.grace=2500ms")
abstract class OrderServiceTest {

    private static final RedisProcess REDIS = RedisProcess.start();

    /** Where the console asks an inventory service. Nobody listens there but for a test that does. */
    static final int INVENTORY_PORT = RedisProcess.freePort();

    static final ObservedRedis OBSERVED = new ObservedRedis(REDIS.url());

    @Value("${local.server.port}")
    private int port;

    @DynamicPropertySource
    static void redis(DynamicPropertyRegistry properties) {
        properties.add("spring.data.redis.host", REDIS::host);
        properties.add("spring.data.redis.port", REDIS::port);
        properties.add("console.inventory-url", () -> "http://127.0.0.1:" + INVENTORY_PORT);
    }

    OrdersClient client() {
        return new OrdersClient(port);
    }

    int port() {
        return port;
    }
}
