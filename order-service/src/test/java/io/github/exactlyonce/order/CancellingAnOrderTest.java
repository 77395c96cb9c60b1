package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.CancellationMessage;
import io.github.exactlyonce.contracts.OrderEvent;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

class CancellingAnOrderTest extends OrderServiceTest {

    private static final String NEXT_YEAR = "\"scheduledFor\":\"2199-12-24T08:00:00Z\",";

    @Autowired
    private MeterRegistry meters;

    @Test
    void anOrderThatNobodyHasSettledIsCancelledAtOnceAndKeepsItsJob() {
        client().place(order("stopped", "001", 2));
        double due = jobOf("stopped");

        Answer answer = cancel("stopped");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("status")).isEqualTo("CANCELLED");
        assertThat(answer.text("cancelledAt")).isNotEmpty();
        assertThat(answer.json().has("cancelledBy")).isFalse();
        assertThat(answer.header("Durability")).isEqualTo("memory");
        assertThat(answer.json()).isEqualTo(client().get("/orders/stopped").json());
        assertThat(jobOf("stopped")).isEqualTo(due);
        assertThat(OBSERVED.commands().pttl(key("stopped"))).isEqualTo(-1);
    }

    @Test
    void anOrderForLaterIsCancelledAtOnceAndDueSoon() {
        client().place(order("never", "001", 2).replace("\"items\"", NEXT_YEAR + "\"items\""));

        assertThat(cancel("never").text("status")).isEqualTo("CANCELLED");

        assertThat(jobOf("never")).isLessThan(OBSERVED.clock().plusSeconds(60).toEpochMilli());
    }

    @Test
    void aConfirmedOrderIsBeingCancelledUntilItsStockHasReturned() throws InterruptedException {
        settle("to-return", Map.of("status", "CONFIRMED", "settledAt", "1767225600000", "settledBy", "inventory-1/x7"));
        OBSERVED.commands().pexpire(key("to-return"), 60_000);

        Answer answer = cancel("to-return");

        assertThat(answer.status()).isEqualTo(202);
        assertThat(answer.text("status")).isEqualTo("CANCELLING");
        assertThat(answer.text("settledBy")).isEqualTo("inventory-1");
        assertThat(answer.json().has("cancelledAt")).isFalse();
        assertThat(OBSERVED.commands().pttl(key("to-return")))
                .as("a record that is needed does not expire")
                .isEqualTo(-1);
        assertThat(OBSERVED.commands().zscore(RedisKeys.jobs(MAIN), RedisKeys.cancelJob("to-return")))
                .isNotNull();
        Instant requested = Instant.parse(answer.text("cancelRequestedAt"));
        assertThat(eventsOf("to-return"))
                .endsWith(new CancellationMessage("to-return", requested, null))
                .hasSize(2);
    }

    @Test
    void anOrderThatIsCancelledAgainIsShownAsItStandsAndAnnouncedOnce() throws InterruptedException {
        settle("redux", Map.of("status", "CONFIRMED", "settledBy", "inventory-1/x7"));
        Answer first = cancel("redux");
        double due = OBSERVED.commands().zscore(RedisKeys.jobs(MAIN), RedisKeys.cancelJob("redux"));

        Answer second = cancel("redux");
        OBSERVED.commands()
                .hset(
                        key("redux"),
                        Map.of("status", "CANCELLED", "cancelledAt", "1767225600000", "cancelledBy", "i/1"));
        OBSERVED.commands().zrem(RedisKeys.jobs(MAIN), RedisKeys.cancelJob("redux"));
        Answer third = cancel("redux");

        assertThat(second.status()).isEqualTo(202);
        assertThat(second.json()).isEqualTo(first.json());
        assertThat(third.status()).isEqualTo(200);
        assertThat(third.text("cancelledBy")).isEqualTo("i");
        assertThat(OBSERVED.commands().zscore(RedisKeys.jobs(MAIN), RedisKeys.cancelJob("redux")))
                .as("there is nothing left to do")
                .isNull();
        assertThat(due).isPositive();
        assertThat(eventsOf("redux")).hasSize(2);
    }

    @Test
    void whatWasGivenUpGetsItsJobBack() {
        client().place(order("put-away", "001", 2));
        cancel("put-away");
        settle("owed", Map.of("status", "CONFIRMED", "settledBy", "inventory-1/x7"));
        cancel("owed");
        OBSERVED.commands().zrem(RedisKeys.jobs(MAIN), RedisKeys.orderJob("put-away"), RedisKeys.cancelJob("owed"));

        cancel("put-away");
        cancel("owed");

        assertThat(jobOf("put-away")).isPositive();
        assertThat(OBSERVED.commands().zscore(RedisKeys.jobs(MAIN), RedisKeys.cancelJob("owed")))
                .isNotNull();
    }

    @Test
    void aRejectedOrderCannotBeCancelled() {
        settle("turned", Map.of("status", "REJECTED", "settledBy", "inventory-1/x7", "shortages", "001=2/1"));
        Map<String, String> before = OBSERVED.commands().hgetall(key("turned"));

        Answer answer = cancel("turned");

        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:order-rejected");
        assertThat(OBSERVED.commands().hgetall(key("turned"))).isEqualTo(before);
    }

    @Test
    void anUnknownOrderIsNotFoundAndLeavesNothing() {
        Answer answer = cancel("nobody-has-placed-it");

        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:unknown-order");
        assertThat(OBSERVED.commands().exists(key("nobody-has-placed-it"))).isZero();
    }

    @Test
    void theSameIdInAnotherWarehouseIsAnotherOrder() {
        client().place(order("here-and-there", "001", 2));
        client().place(order("here-and-there", "001", 2)
                .replace("{\"orderId\"", "{\"warehouse\":\"oslo\",\"orderId\""));

        assertThat(client().send("DELETE", "/orders/here-and-there?warehouse=oslo", "")
                        .text("status"))
                .isEqualTo("CANCELLED");

        assertThat(client().get("/orders/here-and-there").text("status")).isEqualTo("PLACED");
    }

    @Test
    void aCancelledOrderThatIsPlacedAgainStaysCancelled() throws InterruptedException {
        client().place(order("again-cancelled", "001", 2));
        cancel("again-cancelled");

        Answer answer = client().place(order("again-cancelled", "001", 2));

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.text("status")).isEqualTo("CANCELLED");
        assertThat(eventsOf("again-cancelled")).hasSize(1);
    }

    @Test
    void moreThanMemoryIsNotPromised() {
        client().place(order("durable", "001", 2));

        Answer answer = client().send("DELETE", "/orders/durable", "", "Durability", "replica");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.text("detail")).startsWith("Durability must be memory");
        assertThat(client().get("/orders/durable").text("status")).isEqualTo("PLACED");
    }

    @Test
    void anIdThatBreaksTheRuleIsRefused() {
        assertThat(cancel("a%20b").status()).isEqualTo(400);
    }

    @Test
    void aFullRedisRefusesItAndNothingHasHappened() {
        settle("full", Map.of("status", "CONFIRMED", "settledBy", "inventory-1/x7"));
        Map<String, String> before = OBSERVED.commands().hgetall(key("full"));
        OBSERVED.commands().configSet("maxmemory", "1");
        try {
            Answer answer = cancel("full");

            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.text("orderId")).isEqualTo("full");
            assertThat(answer.text("detail")).contains("Repeating the request is safe");
        } finally {
            OBSERVED.commands().configSet("maxmemory", "0");
        }
        assertThat(OBSERVED.commands().hgetall(key("full"))).isEqualTo(before);
        assertThat(cancel("full").status()).isEqualTo(202);
    }

    @Test
    void attemptsAreCountedByWhatCameOfThem() {
        client().place(order("tallied", "001", 2));
        double cancelled = count("cancelled");
        double repeated = count("repeated");

        cancel("tallied");
        cancel("tallied");

        assertThat(count("cancelled")).isEqualTo(cancelled + 1);
        assertThat(count("repeated")).isEqualTo(repeated + 1);
    }

    private double count(String outcome) {
        return meters.get("orders.cancelled").tag("outcome", outcome).counter().count();
    }

    private Answer cancel(String id) {
        return client().send("DELETE", "/orders/" + id, "");
    }

    /** As a replica does. */
    private void settle(String id, Map<String, String> fields) {
        client().place(order(id, "001", 2));
        OBSERVED.commands().zrem(RedisKeys.jobs(MAIN), RedisKeys.orderJob(id));
        OBSERVED.commands().hset(key(id), fields);
    }

    private static String key(String id) {
        return RedisKeys.order(MAIN, id);
    }

    private static Double jobOf(String id) {
        return OBSERVED.commands().zscore(RedisKeys.jobs(MAIN), RedisKeys.orderJob(id));
    }

    private static List<OrderEvent> eventsOf(String id) throws InterruptedException {
        return OBSERVED.heardOn(RedisKeys.orderUpdates(MAIN)).stream()
                .map(message -> OrderEvent.parse(Warehouse.MAIN, message.getBytes(UTF_8))
                        .orElseThrow())
                .filter(event -> event.id().equals(id))
                .toList();
    }
}
