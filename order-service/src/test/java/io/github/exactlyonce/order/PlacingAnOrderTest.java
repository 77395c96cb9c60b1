package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class PlacingAnOrderTest extends OrderServiceTest {

    @Autowired
    private MeterRegistry meters;

    @Test
    void aNewOrderIsCreatedAndShown() {
        Answer answer = client().place("""
                        {"orderId":"29","items":[{"id":"001","quantity":2},{"id":"002","quantity":1}]}""");

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Location")).isEqualTo("/orders/29");
        assertThat(answer.header("Content-Type")).isEqualTo("application/json");
        assertThat(answer.json().propertyNames()).containsExactly("orderId", "status", "items", "placedAt");
        assertThat(answer.text("orderId")).isEqualTo("29");
        assertThat(answer.text("status")).isEqualTo("PLACED");
        assertThat(answer.json().get("items").toString())
                .isEqualTo("[{\"id\":\"001\",\"quantity\":2},{\"id\":\"002\",\"quantity\":1}]");
    }

    @Test
    void aNewOrderIsDueAfterTheGraceAndAnnouncedWithTheTimeOfItsRecord() throws InterruptedException {
        Answer answer = client().place(order("announced", "001", 2));

        Instant placedAt = Instant.parse(answer.text("placedAt"));
        assertThat(OBSERVED.messagesOf("announced"))
                .containsExactly(new OrderMessage(
                        "announced", "announced", OrderItems.of(new OrderItem("001", 2)), placedAt, null));
        assertThat(OBSERVED.commands().hget(RedisKeys.order(MAIN, "announced"), "placedAt"))
                .isEqualTo(String.valueOf(placedAt.toEpochMilli()));
        assertThat(OBSERVED.commands().zscore(RedisKeys.jobs(MAIN), RedisKeys.orderJob("announced")))
                .isEqualTo(placedAt.toEpochMilli() + 2500.0);
    }

    @Test
    void anOrderWithoutAnIdGetsOneThatSortsByTime() {
        String json = "{\"items\":[{\"id\":\"001\",\"quantity\":1}]}";

        List<String> ids = Stream.generate(() -> client().place(json).text("orderId"))
                .limit(3)
                .toList();

        assertThat(ids).isSorted().doesNotHaveDuplicates().allMatch(id -> id.length() == 26);
    }

    @Test
    void theIdempotencyKeyIsTheOrderIdWithAndWithoutQuotes() {
        String json = "{\"items\":[{\"id\":\"001\",\"quantity\":1}]}";

        Answer bare = client().place(json, "Idempotency-Key", "key-1");
        Answer quoted = client().place(json, "Idempotency-Key", "\"key-1\"");
        Answer both = client().place(order("key-1", "001", 1), "Idempotency-Key", "\"key-1\"");

        assertThat(bare.status()).isEqualTo(201);
        assertThat(bare.header("Location")).isEqualTo("/orders/key-1");
        assertThat(quoted.status()).isEqualTo(200);
        assertThat(both.status()).isEqualTo(200);
    }

    /** Of unknown length it would be chunked, and its end a second write. */
    @Test
    void everyAnswerSaysItsLength() {
        assertSaysItsLength(client().place(order("long", "001", 2)));
        assertSaysItsLength(client().place(order("long", "001", 3)));
        assertSaysItsLength(client().get("/orders/long"));
    }

    @Test
    void everyOutcomeIsCounted() {
        double placed = count("placed");
        double repeated = count("repeated");
        double conflicting = count("conflicting");

        client().place(order("counted", "001", 1));
        client().place(order("counted", "001", 1));
        client().place(order("counted", "001", 1));
        client().place(order("counted", "001", 2));

        assertThat(count("placed") - placed).isEqualTo(1);
        assertThat(count("repeated") - repeated).isEqualTo(2);
        assertThat(count("conflicting") - conflicting).isEqualTo(1);
    }

    private double count(String outcome) {
        return meters.get("orders.placed").tag("outcome", outcome).counter().count();
    }

    private static void assertSaysItsLength(Answer answer) {
        assertThat(answer.text()).isNotEmpty();
        assertThat(answer.header("Content-Length"))
                .isEqualTo(String.valueOf(answer.text().getBytes(UTF_8).length));
        assertThat(answer.header("Transfer-Encoding")).isEmpty();
    }
}
