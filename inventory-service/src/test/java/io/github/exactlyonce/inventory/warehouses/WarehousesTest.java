package io.github.exactlyonce.inventory.warehouses;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.WithRedis;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A replica that serves all warehouses. The poller sleeps for an hour unless it is woken. */
class WarehousesTest extends WithRedis {

    private static final Warehouse BERLIN = new Warehouse("berlin");

    @Autowired
    private ServedWarehouses served;

    @BeforeEach
    void someStock() {
        put("/inventory/001?warehouse=berlin", 10);
        put("/inventory/001", 10);
        await().atMost(DEADLINE).until(() -> isHeard(BERLIN));
    }

    @Test
    void theSameIdInTwoWarehousesIsTwoOrdersAndNeitherIsInTheOthersWay() {
        publish(MAIN, "29");
        publish(BERLIN, "29");

        await().atMost(DEADLINE).until(() -> isSettled(MAIN, "29") && isSettled(BERLIN, "29"));
        assertThat(units(MAIN)).isEqualTo("9");
        assertThat(units(BERLIN)).isEqualTo("9");
        assertThat(stream(RedisKeys.ledger(BERLIN))).hasSize(2);
        assertThat(ledger()).hasSize(2);
        assertThat(redis.keys("lock:*")).containsExactlyInAnyOrder("lock:29", "lock:berlin/29");
    }

    @Test
    void aWarehouseThatSomebodyAddsIsHeardOfAtOnce() {
        redis.opsForSet().add(RedisKeys.WAREHOUSES, "paris-1");
        redis.convertAndSend(RedisKeys.WAREHOUSES, "paris-1");

        await().atMost(DEADLINE).until(() -> isHeard(new Warehouse("paris-1")));
    }

    @Test
    void aWarehouseWhoseAnnouncementWasLostIsFoundInTheList() {
        Warehouse lost = new Warehouse("lost");
        redis.opsForSet().add(RedisKeys.WAREHOUSES, "lost", "No Name");

        await().atMost(DEADLINE).until(() -> isHeard(lost));
        publish(lost, "29");
        await().atMost(DEADLINE).until(() -> isSettled(lost, "29"));
    }

    @Test
    void wordOfNoNameIsNoWarehouse() {
        redis.convertAndSend(RedisKeys.WAREHOUSES, "No Name");
        redis.convertAndSend(RedisKeys.WAREHOUSES, "last");

        await().atMost(DEADLINE).until(() -> isHeard(new Warehouse("last")));
        assertThat(served.known()).extracting(Warehouse::name).doesNotContain("No Name");
    }

    @Test
    void aJobOfAWarehouseWakesThePollerAndIsDoneThereAlone() {
        HttpResponse<String> created = send(
                "POST",
                "/jobs?warehouse=berlin",
                "{\"kind\":\"restock\",\"jobId\":\"r-1\",\"sku\":\"001\",\"quantity\":5,\"delay\":\"PT0.1S\"}");

        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).contains("/jobs/r-1?warehouse=berlin");
        await().atMost(DEADLINE).until(() -> units(BERLIN).equals("15"));
        assertThat(units(MAIN)).isEqualTo("10");
        await().atMost(DEADLINE)
                .until(() -> json(get("/jobs/r-1?warehouse=berlin"))
                        .path("status")
                        .asString()
                        .equals("DONE"));
        assertThat(get("/jobs/r-1").statusCode()).isEqualTo(404);
    }

    @Test
    void whatCannotBeReadIsBuriedInItsWarehouseAndReplayedThere() {
        redis.convertAndSend(RedisKeys.orderUpdates(BERLIN), "noise");
        redis.opsForZSet().add(RedisKeys.jobs(BERLIN), "order ghost", 1);
        redis.convertAndSend(RedisKeys.jobUpdates(BERLIN), "0");

        await().atMost(DEADLINE)
                .until(() -> stream(RedisKeys.deadLetters(BERLIN)).size() == 2);
        assertThat(deadLetters()).isEmpty();
        assertThat(json(get("/dead-letters?warehouse=berlin")).path("deadLetters"))
                .hasSize(2);
        assertThat(json(send("POST", "/dead-letters/replay?warehouse=berlin", null))
                        .path("replayed")
                        .asInt())
                .isEqualTo(1);
    }

    @Test
    void theListSaysHowEachStands() {
        put("/inventory/002?warehouse=berlin", 1);
        redis.opsForZSet().add(RedisKeys.jobs(BERLIN), "restock r-9 001 1", 5e12);
        redis.opsForStream().add(RedisKeys.deadLetters(BERLIN), java.util.Map.of("source", "job"));

        JsonNode page = json(get("/warehouses?after=b&limit=1"));

        assertThat(page.path("warehouses"))
                .singleElement()
                .satisfies(
                        state -> assertThat(state.toString())
                                .isEqualTo(
                                        "{\"name\":\"berlin\",\"served\":true,\"skus\":2,\"jobs\":1,\"deadLetters\":1,\"ledgerEntries\":2}"));
        assertThat(page.path("next").asString()).isEqualTo("berlin");
        assertThat(get("/warehouses?limit=0").statusCode()).isEqualTo(400);
    }

    @Test
    void aReaderCreatesNoWarehouse() {
        assertThat(json(get("/inventory?warehouse=nowhere")).path("items")).isEmpty();
        assertThat(get("/orders/1?warehouse=nowhere").statusCode()).isEqualTo(404);

        assertThat(redis.opsForSet().isMember(RedisKeys.WAREHOUSES, "nowhere")).isFalse();
    }

    @Test
    void aBodyThatNamesAnotherWarehouseIsRefusedAndChangesNothing() {
        for (String body : List.of(
                "{\"quantity\":5,\"warehouse\":\"berlin\"}",
                "{\"quantity\":5,\"warehouse\":7,\"restockId\":\"r-1\"}")) {
            HttpResponse<String> put = send("PUT", "/inventory/001", body);
            HttpResponse<String> restock = send("POST", "/inventory/001/restocks", body);

            assertThat(put.statusCode()).isEqualTo(400);
            assertThat(put.body()).contains("must be a query parameter of this request");
            assertThat(restock.statusCode()).isEqualTo(400);
        }
    }

    @Test
    void aNameThatIsNoneIsRefused() {
        for (String path : new String[] {"/inventory", "/inventory/001", "/jobs", "/jobs/1", "/dead-letters"}) {
            HttpResponse<String> answer = get(path + "?warehouse=Berlin");
            assertThat(answer.statusCode()).isEqualTo(400);
            assertThat(json(answer).path("detail").asString()).startsWith("warehouse must be 1 to 32 characters");
        }
    }

    private boolean isHeard(Warehouse warehouse) {
        return subscribers(RedisKeys.orderUpdates(warehouse)) == 1;
    }

    private void publish(Warehouse warehouse, String id) {
        redis.convertAndSend(
                RedisKeys.orderUpdates(warehouse),
                "{\"id\":\"" + id + "\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}");
    }

    private boolean isSettled(Warehouse warehouse, String id) {
        return redis.opsForHash().get(RedisKeys.order(warehouse, id), "settledBy") != null;
    }

    private String units(Warehouse warehouse) {
        return (String) redis.opsForHash().get(RedisKeys.stock(warehouse), "001");
    }

    private void put(String path, int quantity) {
        assertThat(send("PUT", path, "{\"quantity\":" + quantity + "}").statusCode())
                .isEqualTo(200);
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }
}
