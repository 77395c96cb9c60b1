package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.ObservedRedis.BERLIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OrdersOfWarehousesTest extends OrderServiceTest {

    @Test
    void anOrderIsRecordedDueAndAnnouncedInItsWarehouseAlone() throws InterruptedException {
        OBSERVED.heardOn(RedisKeys.orderUpdates(MAIN));
        OBSERVED.heardOn(RedisKeys.orderUpdates(BERLIN));

        Answer answer = client().place(order("b29", "berlin"));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Location")).isEqualTo("/orders/b29?warehouse=berlin");
        assertThat(answer.text("warehouse")).isEqualTo("berlin");
        assertThat(OBSERVED.commands().hget(RedisKeys.order(BERLIN, "b29"), "status"))
                .isEqualTo("PLACED");
        assertThat(OBSERVED.commands().zscore(RedisKeys.jobs(BERLIN), "order b29"))
                .isNotNull();
        assertThat(OBSERVED.heardOn(RedisKeys.orderUpdates(BERLIN)))
                .singleElement()
                .satisfies(message ->
                        assertThat(message).contains("\"id\":\"b29\"").doesNotContain("berlin"));
        assertThat(OBSERVED.heardOn(RedisKeys.orderUpdates(MAIN))).isEmpty();
        assertThat(client().get(answer.header("Location")).json()).isEqualTo(answer.json());
        assertThat(client().get("/orders/b29").status()).isEqualTo(404);
    }

    @Test
    void theSameIdInTwoWarehousesIsTwoOrders() {
        Answer here = client().place(order("twice", "main"));
        Answer there = client().place(order("twice", "berlin"));
        Answer again = client().place(order("twice", "berlin"));

        assertThat(here.status()).isEqualTo(201);
        assertThat(here.header("Location")).isEqualTo("/orders/twice");
        assertThat(here.json().has("warehouse")).isFalse();
        assertThat(there.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
    }

    @Test
    void aWarehouseIsInTheListBeforeItsFirstOrderAndAnnouncedOnce() throws InterruptedException {
        OBSERVED.heardOn(RedisKeys.WAREHOUSES);

        client().place(order("a", "new-1"));
        client().place(order("b", "new-1"));
        client().place(order("c", "main"));

        assertThat(OBSERVED.heardOn(RedisKeys.WAREHOUSES)).containsExactly("new-1");
        assertThat(OBSERVED.commands().smembers(RedisKeys.WAREHOUSES))
                .contains("new-1")
                .doesNotContain("main");
    }

    @Test
    void noWarehouseIsAddedBeyondTenThousandAndThoseThereAreGoOn() {
        client().place(order("first", "berlin"));
        OBSERVED.commands()
                .sadd(
                        RedisKeys.WAREHOUSES,
                        IntStream.range(0, 9_999).mapToObj(i -> "w" + i).toArray(String[]::new));
        try {
            Answer refused = client().place(order("second", "one-more"));

            assertThat(refused.status()).isEqualTo(400);
            assertThat(refused.text("detail")).startsWith("warehouse must be one that there is");
            assertThat(OBSERVED.commands().exists("order:{one-more}:second")).isZero();
            assertThat(client().place(order("third", "berlin")).status()).isEqualTo(201);
            assertThat(client().place(order("fourth", "w7")).status()).isEqualTo(201);
        } finally {
            OBSERVED.commands().del(RedisKeys.WAREHOUSES);
        }
    }

    @Test
    void anItemOfAnotherWarehouseIsAnotherOrder() {
        Answer answer = client().place("""
                        {"warehouse":"berlin","items":[{"id":"001","quantity":1},{"id":"002","quantity":1,"warehouse":"paris"}]}""");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail"))
                .startsWith("items[1].warehouse must not be given")
                .endsWith("Items from two warehouses are two orders");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"Berlin\"",
                "\"-a\"",
                "\"a/b\"",
                "\"a}b\"",
                "7",
                "[]",
                "\"123456789012345678901234567890123\""
            })
    void aNameThatIsNoneIsRefusedByFieldAndReason(String name) {
        Answer answer = client().place("{\"warehouse\":" + name + ",\"items\":[{\"id\":\"001\",\"quantity\":1}]}");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).startsWith("warehouse must be 1 to 32 characters");
    }

    @Test
    void aQueryThatNamesNoneOrTwoOrWhatTheBodyShouldIsRefused() {
        assertThat(client().get("/orders/29?warehouse=").status()).isEqualTo(400);
        assertThat(client().get("/orders/29?warehouse=A").status()).isEqualTo(400);
        assertThat(client().get("/orders/29?warehouse=a&warehouse=b").status()).isEqualTo(400);
        assertThat(client().post("/orders?warehouse=berlin", order("29", "berlin"))
                        .text("detail"))
                .isEqualTo("warehouse must be in the body of this request");
    }

    private static String order(String id, String warehouse) {
        return "{\"orderId\":\"" + id + "\",\"warehouse\":\"" + warehouse
                + "\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}";
    }
}
