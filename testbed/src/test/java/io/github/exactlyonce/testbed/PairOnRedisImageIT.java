package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.testbed.load.Load.FULL_SPEED;

import io.lettuce.core.RedisURI;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.junit.jupiter.Container;
import org.testcontainers.junit.jupiter.Testcontainers;

/** On the published Redis image instead of the redis-server of this machine. Skipped where there is no Docker. */
@Testcontainers(disabledWithoutDocker = true)
class PairOnRedisImageIT {

    private static final int REDIS_PORT = 6379;

    @Container
    private static final GenericContainer<?> REDIS =
            new GenericContainer<>("redis:8-alpine").withExposedPorts(REDIS_PORT);

    @Test
    void everyOrderIsSettledOnce() throws InterruptedException {
        RedisURI uri = RedisURI.create(REDIS.getHost(), REDIS.getMappedPort(REDIS_PORT));
        try (TestSystem system = TestSystem.startOn(uri, "redis-image")) {
            system.prepare(Map.of());

            system.assertEachSettledOnce(system.place(system.randomOrders("image", 2_000), FULL_SPEED)
                    .await());
        }
    }
}
