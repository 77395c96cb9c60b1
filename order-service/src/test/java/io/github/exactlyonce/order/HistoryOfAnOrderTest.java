package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** {@code GET /orders/{id}/events}. What replicas would write, the test writes. */
class HistoryOfAnOrderTest extends OrderServiceTest {

    private static final String AT = "2026-01-01T00:00:00Z";
    private static final String MILLIS = "1767225600000";

    @Test
    void aPlacedOrderWasAnnouncedToSoManyAndIsDue() {
        String placedAt = client().place(order("h-placed", "001", 2)).text("placedAt");

        List<String> events = events("h-placed");

        assertThat(events).hasSize(3);
        assertThat(events.get(0)).isEqualTo("{\"event\":\"placed\",\"at\":\"" + placedAt + "\"}");
        assertThat(events.get(1)) // this test's own subscription
                .isEqualTo("{\"event\":\"announced\",\"at\":\"" + placedAt + "\",\"heardBy\":1}");
        assertThat(events.get(2)).startsWith("{\"event\":\"due\",\"at\":\"").endsWith("\",\"attempts\":0}");
    }

    @Test
    void aSettledOrderNamesWhoWonAndWhoDidItWhileTheLockIsThere() {
        client().place(order("h-settled", "001", 2));
        OBSERVED.commands().hset(RedisKeys.order(MAIN, "h-settled"), "told", "3");
        OBSERVED.commands().set("lock:h-settled", "inventory-2/n");
        String entry = settle("h-settled", "inventory-2/n");

        assertThat(events("h-settled"))
                .endsWith(
                        "{\"event\":\"won\",\"at\":\"unknown\",\"replica\":\"inventory-2\"}",
                        "{\"event\":\"skipped\",\"at\":\"unknown\",\"replica\":\"unknown\",\"atMost\":2}",
                        "{\"event\":\"settled\",\"at\":\"" + AT
                                + "\",\"status\":\"CONFIRMED\",\"replica\":\"inventory-2\",\"source\":\"message\",\"ledgerEntry\":\""
                                + entry + "\"}");

        OBSERVED.commands().del("lock:h-settled");
        OBSERVED.commands().del(RedisKeys.ledger(MAIN));
        assertThat(events("h-settled"))
                .contains("{\"event\":\"won\",\"at\":\"unknown\",\"replica\":\"unknown\"}")
                .last()
                .asString()
                .contains("\"status\":\"CONFIRMED\"", "\"ledgerEntry\":\"unknown\"");
    }

    @Test
    void anOrderThatItsJobBroughtBackSaysAfterHowManyAttempts() {
        client().place(order("h-recovered", "001", 2));
        OBSERVED.commands().zadd(RedisKeys.jobs(MAIN), Double.parseDouble(MILLIS) + 2.0 / 1024, "order h-recovered");

        assertThat(events("h-recovered")).last().isEqualTo("{\"event\":\"due\",\"at\":\"" + AT + "\",\"attempts\":2}");

        OBSERVED.commands().hset(RedisKeys.order(MAIN, "h-recovered"), "recovered", "2");
        settle("h-recovered", "inventory-1/n");
        assertThat(events("h-recovered")).last().asString().contains("\"source\":\"job\",\"attempts\":2");
    }

    /** A record as versions before wrote it, or of another producer's message. */
    @Test
    void whatWasNotKeptIsUnknown() {
        client().place(order("h-old", "001", 2));
        OBSERVED.commands().hdel(RedisKeys.order(MAIN, "h-old"), "told");
        settle("h-old", "inventory-1/n");

        assertThat(events("h-old"))
                .contains("{\"event\":\"announced\",\"at\":\"unknown\",\"heardBy\":\"unknown\"}")
                .noneMatch(event -> event.contains("skipped"))
                .last()
                .asString()
                .contains("\"source\":\"unknown\"");
    }

    @Test
    void anOrderThatWasPutAsideSaysWhyAndOneWhoseJobIsGoneDoesNot() {
        client().place(order("h-buried", "001", 2));
        OBSERVED.commands().zrem(RedisKeys.jobs(MAIN), "order h-buried");

        assertThat(events("h-buried")).last().isEqualTo("{\"event\":\"due\",\"at\":\"unknown\"}");

        OBSERVED.commands()
                .xadd(
                        RedisKeys.deadLetters(MAIN),
                        Map.of(
                                "source",
                                "job",
                                "payload",
                                "order h-buried",
                                "reason",
                                "stock is \"x\"",
                                "replica",
                                "inventory-3"));
        assertThat(events("h-buried"))
                .last()
                .asString()
                .startsWith("{\"event\":\"buried\",\"at\":\"2")
                .endsWith("\"replica\":\"inventory-3\",\"reason\":\"stock is \\\"x\\\"\"}");
    }

    @Test
    void anOrderForLaterIsScheduledAndNotAnnounced() {
        client().place("{\"orderId\":\"h-later\",\"scheduledFor\":\"2199-01-01T00:00:00Z\",\"warehouse\":\"berlin\","
                + "\"items\":[{\"id\":\"001\",\"quantity\":1}]}");

        List<String> events = strings(client().get("/orders/h-later/events?warehouse=berlin"));

        assertThat(events).hasSize(2);
        assertThat(events.get(0))
                .startsWith("{\"event\":\"scheduled\"")
                .contains("\"scheduledFor\":\"2199-01-01T00:00:00Z\"");
        assertThat(events.get(1)).isEqualTo("{\"event\":\"due\",\"at\":\"2199-01-01T00:00:00Z\",\"attempts\":0}");
    }

    @Test
    void aCancellationIsShownAsTheRecordHasIt() {
        client().place(order("h-cancelled", "001", 2));
        settle("h-cancelled", "inventory-1/n");
        OBSERVED.commands()
                .hset(
                        RedisKeys.order(MAIN, "h-cancelled"),
                        Map.of(
                                "status",
                                "CANCELLED",
                                "cancelRequestedAt",
                                MILLIS,
                                "cancelledAt",
                                MILLIS,
                                "cancelledBy",
                                "inventory-2/n"));

        assertThat(events("h-cancelled"))
                .endsWith(
                        "{\"event\":\"cancelRequested\",\"at\":\"" + AT + "\"}",
                        "{\"event\":\"cancelled\",\"at\":\"" + AT + "\",\"replica\":\"inventory-2\"}");
    }

    @Test
    void anUnknownOrderAndAWrongIdAreRefused() {
        assertThat(client().get("/orders/h-nobody/events").status()).isEqualTo(404);
        assertThat(client().get("/orders/h=x/events").status()).isEqualTo(400);
    }

    private List<String> events(String id) {
        return strings(client().get("/orders/" + id + "/events"));
    }

    private static List<String> strings(Answer answer) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        return StreamSupport.stream(answer.json().path("events").spliterator(), false)
                .map(Object::toString)
                .toList();
    }

    private static String settle(String id, String by) {
        OBSERVED.commands()
                .hset(RedisKeys.order(MAIN, id), Map.of("status", "CONFIRMED", "settledAt", MILLIS, "settledBy", by));
        OBSERVED.commands().zrem(RedisKeys.jobs(MAIN), "order " + id);
        OBSERVED.commands().del(RedisKeys.ledger(MAIN)); // which must not have gone on further
        return OBSERVED.commands()
                .xadd(
                        RedisKeys.ledger(MAIN),
                        new io.lettuce.core.XAddArgs().id(MILLIS + "-7"),
                        Map.of("effect", "CONFIRMED", "id", id, "by", by, "units", "001=-2"));
    }
}
