package io.github.exactlyonce.inventory.warehouses;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.WithRedis;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** A replica that was given two warehouses. It looks for due jobs each 20 ms. */
@TestPropertySource(properties = {"inventory.warehouses=berlin,paris", "jobs.poll-interval=20ms"})
class ListedWarehousesTest extends WithRedis {

    private static final Warehouse BERLIN = new Warehouse("berlin");
    private static final Warehouse PARIS = new Warehouse("paris");

    @BeforeEach
    void subscribed() {
        await().atMost(DEADLINE).until(() -> subscribers(RedisKeys.orderUpdates(PARIS)) == 1);
    }

    @Test
    void itHearsOfItsOwnAndOfNoOther() {
        redis.opsForSet().add(RedisKeys.WAREHOUSES, "rome");
        redis.convertAndSend(RedisKeys.WAREHOUSES, "rome");

        for (Warehouse own : new Warehouse[] {BERLIN, PARIS}) {
            assertThat(subscribers(RedisKeys.orderUpdates(own))).isEqualTo(1);
            assertThat(subscribers(RedisKeys.jobUpdates(own))).isEqualTo(1);
        }
        for (Warehouse other : new Warehouse[] {MAIN, new Warehouse("rome")}) {
            assertThat(subscribers(RedisKeys.orderUpdates(other))).isZero();
            assertThat(subscribers(RedisKeys.jobUpdates(other))).isZero();
        }
    }

    @Test
    void itDoesItsOwnJobsAndLeavesThoseOfOthers() {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "restock r-1 001 5", 1);
        redis.opsForZSet().add(RedisKeys.jobs(BERLIN), "restock r-1 001 5", 1);

        for (int more = 2; more < 5; more++) { // by the last one, it has looked for due jobs several times
            redis.opsForZSet().add(RedisKeys.jobs(PARIS), "restock r-" + more + " 001 5", 1);
            String units = String.valueOf(5 * (more - 1));
            await().atMost(DEADLINE).until(() -> units.equals(redis.opsForHash().get(RedisKeys.stock(PARIS), "001")));
        }
        await().atMost(DEADLINE).until(() -> redis.opsForHash().hasKey(RedisKeys.stock(BERLIN), "001"));
        assertThat(redis.opsForZSet().score(RedisKeys.jobs(MAIN), "restock r-1 001 5"))
                .isEqualTo(1);
    }

    @Test
    void overHttpItAnswersForAllAndSaysWhichItServes() {
        assertThat(send("PUT", "/inventory/001", "{\"quantity\":3}").statusCode())
                .isEqualTo(200);

        assertThat(get("/inventory/001").body()).contains("3");
        assertThat(get("/warehouses").body())
                .contains("{\"name\":\"main\",\"served\":false,\"skus\":1,")
                .contains("{\"name\":\"berlin\",\"served\":true,\"skus\":0,");
    }
}
