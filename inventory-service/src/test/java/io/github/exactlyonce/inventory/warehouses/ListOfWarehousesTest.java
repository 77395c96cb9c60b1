package io.github.exactlyonce.inventory.warehouses;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.WithRedis;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** The list cannot be read as long as its key is of another type. */
class ListOfWarehousesTest extends WithRedis {

    private static final Warehouse BERLIN = new Warehouse("berlin");

    @Autowired
    private ServedWarehouses served;

    @Test
    void aReplicaThatHasNotReadTheListIsNotReady() {
        served.stop();
        redis.opsForValue().set(RedisKeys.WAREHOUSES, "no set");
        try {
            served.start();
            await().atMost(DEADLINE)
                    .untilAsserted(
                            () -> assertThat(readiness().body()).contains("the list of warehouses has not been read"));
            assertThat(readiness().statusCode()).isEqualTo(503);
            assertThat(get("/warehouses").body()).contains("\"name\":\"main\"", "\"unavailable\":\"the list");
        } finally {
            redis.delete(RedisKeys.WAREHOUSES);
        }
        await().atMost(DEADLINE).until(() -> readiness().statusCode() == 200);
    }

    @Test
    void aListThatIsLostIsWrittenAgain() {
        assertThat(send("PUT", "/inventory/001?warehouse=berlin", "{\"quantity\":1}")
                        .statusCode())
                .isEqualTo(200);
        await().atMost(DEADLINE).until(() -> served.isServed(BERLIN));

        redis.delete(RedisKeys.WAREHOUSES);

        await().atMost(DEADLINE)
                .until(() -> Boolean.TRUE.equals(redis.opsForSet().isMember(RedisKeys.WAREHOUSES, "berlin")));
    }

    private HttpResponse<String> readiness() {
        return get("/actuator/health/readiness");
    }
}
