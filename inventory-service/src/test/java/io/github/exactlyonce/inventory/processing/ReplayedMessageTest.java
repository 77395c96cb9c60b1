package io.github.exactlyonce.inventory.processing;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.WithRedis;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.connection.stream.StreamRecords;

/** Buried messages that are replayed: the replay wakes the poller, which settles the order. */
class ReplayedMessageTest extends WithRedis {

    private static final String ORDER =
            "{\"id\":\"1718000000000\",\"orderId\":\"29\",\"items\":[{\"id\":\"001\",\"quantity\":2}]}";

    @Autowired
    private OrderProcessor processor;

    @BeforeEach
    void someStock() {
        stock("001", 10);
    }

    @Test
    void anOrderThatCouldNotBeRecordedIsSettledOnceWhenItIsReplayed() {
        await().atMost(DEADLINE).until(() -> get("/actuator/health/readiness").statusCode() == 200);
        redis.opsForValue().set(RedisKeys.jobs(MAIN), "not a sorted set");
        redis.convertAndSend(RedisKeys.orderUpdates(MAIN), ORDER);
        await().atMost(DEADLINE).until(() -> !deadLetters().isEmpty());
        assertThat((String) deadLetters().get(0).get("reason")).startsWith("could not be recorded: ");
        redis.delete(RedisKeys.jobs(MAIN));

        assertThat(send("POST", "/dead-letters/replay", null).body()).contains("\"replayed\":1");

        awaitSettled("1718000000000");
        assertThat(order("1718000000000").orderId()).isEqualTo("29");
        assertThat(stock("001")).isEqualTo(8);
        assertThat(ledger()).hasSize(1);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aReplayThatDiedBeforeItsLetterWasRemovedIsHarmlessToRepeat() {
        OrderMessage message =
                OrderMessage.parse(MAIN, ORDER.getBytes(StandardCharsets.UTF_8)).orElseThrow();
        String id = bury(ORDER, ORDER.length());
        processor.record(pipeline, OrderHint.of(MAIN, message)).require();
        processor.process(pipeline, List.of(OrderHint.dueJob(MAIN, "1718000000000")));

        assertThat(replay(id).statusCode()).isEqualTo(200);

        assertThat(deadLetters()).isEmpty();
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).as("it is settled").isFalse();
        assertThat(stock("001")).isEqualTo(8);
        assertThat(ledger()).hasSize(1);
    }

    @Test
    void twentyRequestsAtOnceSettleItOnce() throws Exception {
        String id = bury(ORDER, ORDER.length());

        List<Integer> answers = atOnce(20, () -> replay(id).statusCode());

        assertThat(answers).containsOnlyOnce(200).containsOnly(200, 404);
        awaitSettled("1718000000000");
        assertThat(stock("001")).isEqualTo(8);
        assertThat(ledger()).hasSize(1);
    }

    @Test
    void whatIsStillNoOrderStaysWithTheReason() {
        assertKept(bury("{\"id\":\"29\"}", 11), "items must be a list with at least one item");
        assertKept(bury("noise", 5), "message must be JSON");
        assertKept(bury("", 0), "it is no order");
    }

    @Test
    void whatWasCutStays() {
        assertKept(bury("x".repeat(4096), 1_000_000), "only its first 4096 bytes were kept");
    }

    @Test
    void anEventOfAnotherTypeStays() {
        String praise = "{\"eventType\":\"OrderPraised\",\"id\":\"29\"}";

        assertKept(bury(praise, praise.length()), "another type than OrderPlaced");
    }

    @Test
    void aLetterThatMayBeOlderThanTheRecordOfItsOrderStays() {
        Instant now = Instant.now();
        String old = buryAt(now.minusSeconds(4 * 86_400), ORDER);
        String recent = buryAt(now.minusSeconds(3 * 86_400), ORDER);

        assertKept(old, "older than half of inventory.retention");
        assertThat(replay(recent).statusCode()).isEqualTo(200);
        awaitSettled("1718000000000");
    }

    @Test
    void theLargestOrderIsKeptWholeAndCanBeReplayed() {
        OrderItem[] items = IntStream.range(0, 100)
                .mapToObj(i -> new OrderItem("sku-%060d".formatted(i), 1_000_000_000))
                .toArray(OrderItem[]::new);
        String largest = OrderHint.toSettle(
                        MAIN, "29", null, OrderItems.of(items), null, null, OrderHint.Source.MESSAGE)
                .json();
        assertThat(largest.length()).isGreaterThan(4096);

        assertThat(replay(bury(largest, largest.length())).statusCode()).isEqualTo(200);

        awaitSettled("29");
        assertThat(order("29").items()).isEqualTo(OrderItems.of(items));
    }

    private void awaitSettled(String id) {
        await().atMost(DEADLINE).until(() -> order(id).status().isSettled());
    }

    private HttpResponse<String> replay(String id) {
        return send("POST", "/dead-letters/" + id + "/replay", null);
    }

    private void assertKept(String id, String reason) {
        int letters = deadLetters().size();
        HttpResponse<String> answer = replay(id);
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains(reason);
        assertThat(deadLetters()).hasSize(letters);
    }

    private String bury(String payload, int bytes) {
        return redis.opsForStream()
                .add(RedisKeys.deadLetters(MAIN), fields(payload, bytes))
                .getValue();
    }

    private String buryAt(Instant at, String payload) {
        return redis.opsForStream()
                .add(StreamRecords.newRecord()
                        .in(RedisKeys.deadLetters(MAIN))
                        .withId(at.toEpochMilli() + "-0")
                        .ofMap(fields(payload, payload.length())))
                .getValue();
    }

    private static Map<String, String> fields(String payload, int bytes) {
        return Map.of(
                "source", RedisKeys.orderUpdates(MAIN), "reason", "no luck", "payload", payload, "bytes", "" + bytes);
    }
}
