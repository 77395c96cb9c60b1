package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReadingAnOrderTest extends OrderServiceTest {

    @Test
    void aPlacedOrderIsShownAsItWasWhenItWasPlaced() {
        Answer placed = client().place(order("read:1@x~", "001", 2));

        Answer answer = client().get(placed.header("Location"));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.json()).isEqualTo(placed.json());
    }

    @Test
    void aConfirmedOrderNamesTheReplicaAndTheTime() {
        client().place(order("confirmed", "001", 2));
        OBSERVED.commands()
                .hset(
                        RedisKeys.order(MAIN, "confirmed"),
                        Map.of("status", "CONFIRMED", "settledAt", "1767225600000", "settledBy", "inventory-1/x7"));

        Answer answer = client().get("/orders/confirmed");

        assertThat(answer.text("status")).isEqualTo("CONFIRMED");
        assertThat(answer.text("settledAt")).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(answer.text("settledBy")).isEqualTo("inventory-1");
        assertThat(answer.json().has("shortages")).isFalse();
    }

    @Test
    void aRejectedOrderSaysWhatWasShortAndByHowMuch() {
        client().place(order("rejected", "001", 5));
        OBSERVED.commands()
                .hset(RedisKeys.order(MAIN, "rejected"), Map.of("status", "REJECTED", "shortages", "001=5/3,009=1/-"));

        assertThat(client().get("/orders/rejected").json().get("shortages").toString())
                .isEqualTo("[{\"id\":\"001\",\"requested\":5,\"available\":3,\"missing\":2},"
                        + "{\"id\":\"009\",\"requested\":1,\"missing\":1}]");
    }

    @Test
    void whatAHandHasDamagedIsNotWorthRepeating() {
        OBSERVED.commands().set(RedisKeys.order(MAIN, "of-another-type"), "001=2");
        OBSERVED.commands().hset(RedisKeys.order(MAIN, "of-no-status"), Map.of("status", "SHIPPED"));

        Answer anotherType = client().get("/orders/of-another-type");
        Answer noStatus = client().get("/orders/of-no-status");

        assertThat(anotherType.status()).isEqualTo(500);
        assertThat(anotherType.text("type")).isEqualTo("urn:exactly-once:problem:damaged-data");
        assertThat(noStatus.status()).isEqualTo(500);
        assertThat(noStatus.text("type")).isEqualTo("urn:exactly-once:problem:unexpected");
    }

    @Test
    void anUnknownOrderIsNotFound() {
        Answer answer = client().get("/orders/nobody-placed-it");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.text("detail")).isEqualTo("There is no order nobody-placed-it.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a%20b", "a=b", "%C3%A4", "12345678901234567890123456789012345678901234567890123456789012345"})
    void anIdThatBreaksTheRuleIsRefused(String id) {
        Answer answer = client().get("/orders/" + id);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).startsWith("id must be 1 to 64 characters");
    }
}
