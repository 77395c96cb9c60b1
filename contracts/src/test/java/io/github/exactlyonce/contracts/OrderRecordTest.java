package io.github.exactlyonce.contracts;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderRecord.Shortage;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OrderRecordTest {

    @Test
    void aPlacedOrderHasNoOutcome() {
        OrderRecord order =
                OrderRecord.of(MAIN, "29", Map.of("status", "PLACED", "items", "001=2", "placedAt", "1000"));

        assertThat(order)
                .isEqualTo(new OrderRecord(
                        "29",
                        null,
                        OrderStatus.PLACED,
                        OrderItems.of(new OrderItem("001", 2)),
                        Instant.ofEpochSecond(1),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null));
    }

    @Test
    void anOrderThatWasPlacedForLaterKeepsItsTime() {
        OrderRecord order = OrderRecord.of(
                MAIN,
                "29",
                Map.of("status", "SCHEDULED", "items", "001=2", "placedAt", "1000", "scheduledFor", "5000"));

        assertThat(order.status().isSettled()).isFalse();
        assertThat(order.scheduledFor()).isEqualTo(Instant.ofEpochSecond(5));
    }

    @Test
    void aSettledOrderNamesTheReplicaWithoutItsNonce() {
        OrderRecord order = OrderRecord.of(
                MAIN,
                "29",
                Map.of(
                        "status", "CONFIRMED",
                        "items", "001=2",
                        "placedAt", "1000",
                        "settledAt", "2000",
                        "settledBy", "inventory-1/k3f9"));

        assertThat(order.status().isSettled()).isTrue();
        assertThat(order.settledAt()).isEqualTo(Instant.ofEpochSecond(2));
        assertThat(order.settledBy()).isEqualTo("inventory-1");
        assertThat(OrderRecord.replicaOf("inventory-1")).isEqualTo("inventory-1");
    }

    @Test
    void aRejectedOrderSaysWhatWasShortAndByHowMuch() {
        OrderRecord order = OrderRecord.of(
                MAIN,
                "29",
                Map.of(
                        "status", "REJECTED",
                        "items", "002=5,009=1",
                        "placedAt", "1000",
                        "shortages", "002=5/3,009=1/-"));

        assertThat(order.shortages()).containsExactly(new Shortage("002", 5, 3L, 2), new Shortage("009", 1, null, 1));
    }

    @Test
    void anOrderOfAnotherProducerKeepsItsOwnOrderId() {
        Map<String, String> fields = Map.of("status", "PLACED", "items", "001=2", "placedAt", "1000", "orderId", "29");

        assertThat(OrderRecord.of(MAIN, "1718000000000", fields).orderId()).isEqualTo("29");
    }

    @Test
    void anOrderOfAnotherWarehouseSaysSo() {
        Warehouse berlin = new Warehouse("berlin");
        Map<String, String> fields = Map.of("status", "PLACED", "items", "001=2", "placedAt", "1000");

        assertThat(OrderRecord.of(berlin, "29", fields).warehouse()).isEqualTo(berlin);
        assertThat(OrderRecord.of(MAIN, "29", fields).warehouse()).isNull();
    }
}
