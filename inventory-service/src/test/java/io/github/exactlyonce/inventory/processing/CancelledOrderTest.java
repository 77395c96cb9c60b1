package io.github.exactlyonce.inventory.processing;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.inventory.WithRedis;
import io.github.exactlyonce.inventory.jobs.JobPoller;
import io.github.exactlyonce.inventory.jobs.PollerTick;
import io.github.exactlyonce.inventory.processing.Decision.Outcome;
import io.github.exactlyonce.inventory.processing.OrderHint.Source;
import io.github.exactlyonce.inventory.stock.Settlement;
import io.github.exactlyonce.inventory.stock.StockLedger;
import io.github.exactlyonce.inventory.stock.StockReturn;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.RedisConnection;

/** A cancelled order takes nothing, or what it had taken returns once. */
class CancelledOrderTest extends WithRedis {

    private static final OrderItems ITEMS =
            OrderItems.of(new OrderItem("001", 2), new OrderItem("002", 1), new OrderItem("001", 1));
    private static final Duration FAR = Duration.ofMinutes(10);
    private static final TraceParent TRACE =
            TraceParent.parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-00");

    @Autowired
    private OrderProcessor processor;

    @Autowired
    private StockLedger stockLedger;

    @Autowired
    private JobPoller poller;

    @Autowired
    private List<SmartLifecycle> parts;

    /** What these tests do by hand, the service must not do as well. */
    @BeforeEach
    void alone() {
        parts.stream().filter(CancelledOrderTest::isOurs).forEach(SmartLifecycle::stop);
        stock("001", 10);
        stock("002", 10);
    }

    @AfterEach
    void goOn() {
        parts.stream().filter(CancelledOrderTest::isOurs).forEach(SmartLifecycle::start);
    }

    private static boolean isOurs(SmartLifecycle part) {
        return part.getClass().getPackageName().startsWith("io.github.exactlyonce");
    }

    @Test
    void whatAConfirmedOrderHadTakenReturnsThoughTheLockOfTheOrderIsStillHeld() {
        settleAndCancel("29");
        redis.opsForValue().set(RedisKeys.lock(MAIN, "29"), "inventory-1/kept", Duration.ofMinutes(1));

        assertThat(outcomes(hearThatItIsCancelled("29"))).containsExactly(Outcome.RETURNED);

        assertReturnedOnce("29");
    }

    @Test
    void ofTheCopiesOfAMessageOneReturnsTheStock() {
        settleAndCancel("29");
        OrderHint hint = cancelled("29");

        assertThat(outcomes(processor.process(pipeline, List.of(hint, hint, hint))))
                .containsExactly(Outcome.RETURNED, Outcome.LOCK_HELD, Outcome.LOCK_HELD);
        redis.delete(RedisKeys.cancelLock(MAIN, "29"));
        assertThat(outcomes(hearThatItIsCancelled("29"))).containsExactly(Outcome.ALREADY_RETURNED);

        assertReturnedOnce("29");
    }

    @Test
    void anOrderAndItsCancellationInOneBatchAreBothDone() {
        place("29", ITEMS, FAR);
        settleAndCancel("31");

        assertThat(outcomes(processor.process(pipeline, List.of(placed("29"), cancelled("31"), cancelled("29")))))
                .containsExactly(Outcome.CONFIRMED, Outcome.RETURNED, Outcome.NOTHING_TO_RETURN);
        assertThat(stock("001")).isEqualTo(7);
    }

    @Test
    void aMessageThatWasLostIsMadeUpForByTheJob() {
        place("29", ITEMS, FAR);
        processor.process(pipeline, List.of(placed("29")));
        cancelOrder("29", Duration.ZERO, RedisKeys.orderUpdates(MAIN));
        redis.opsForValue().set(RedisKeys.cancelLock(MAIN, "29"), "inventory-2/died", Duration.ofMinutes(1));

        PollerTick.of(poller, pipeline, MAIN);

        assertReturnedOnce("29");
    }

    @Test
    void anOrderThatIsCancelledBeforeItIsSettledTakesNothing() {
        place("29", ITEMS, FAR);
        cancelOrder("29", FAR, RedisKeys.orderUpdates(MAIN));
        Instant cancelledAt = order("29").cancelledAt();

        assertThat(outcomes(processor.process(pipeline, List.of(placed("29"))))).containsExactly(Outcome.CANCELLED);
        redis.delete(RedisKeys.lock(MAIN, "29"));
        assertThat(outcomes(processor.process(pipeline, List.of(placed("29")))))
                .containsExactly(Outcome.ALREADY_SETTLED);

        assertThat(stock("001")).isEqualTo(10);
        assertThat(order("29").status()).isEqualTo(OrderStatus.CANCELLED);
        assertThat(order("29").settledBy()).isEqualTo("inventory-1");
        assertThat(order("29").cancelledAt()).isEqualTo(cancelledAt);
        assertThat(redis.getExpire(RedisKeys.order(MAIN, "29"))).isPositive();
        assertThat(hasJob("order 29")).isFalse();
        assertThat(ledger())
                .singleElement()
                .satisfies(entry ->
                        assertThat(entry).containsEntry("effect", "CANCELLED").containsEntry("units", ""));
    }

    @Test
    void anOrderForLaterThatIsCancelledIsNeverAnnounced() {
        placeOrder("announce", "29", FAR, ITEMS.packed(), "", "7258118399000", "");
        cancelOrder("29", Duration.ZERO, RedisKeys.orderUpdates(MAIN));

        PollerTick.of(poller, pipeline, MAIN);

        assertThat(order("29").status()).isEqualTo(OrderStatus.CANCELLED);
        assertThat(ledger()).extracting(entry -> entry.get("effect")).containsExactly("CANCELLED");
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    /** Nothing of the stock is needed for it. */
    @Test
    void aDamagedStockDoesNotHoldUpAnOrderThatIsCancelledBeforeItIsSettled() {
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "many");
        place("29", ITEMS, FAR);
        cancelOrder("29", FAR, RedisKeys.orderUpdates(MAIN));

        assertThat(outcomes(processor.process(pipeline, List.of(placed("29"))))).containsExactly(Outcome.CANCELLED);
    }

    @Test
    void aLateCopyOfTheOrdersMessageChangesNothing() {
        settleAndCancel("29");
        Map<Object, Object> before = record("29");

        redis.delete(RedisKeys.lock(MAIN, "29"));
        assertThat(outcomes(processor.process(pipeline, List.of(placed("29")))))
                .containsExactly(Outcome.ALREADY_SETTLED);
        assertThat(record("29")).isEqualTo(before);
        hearThatItIsCancelled("29");
        before = record("29");
        redis.delete(RedisKeys.lock(MAIN, "29"));
        assertThat(outcomes(processor.process(pipeline, List.of(placed("29")))))
                .containsExactly(Outcome.ALREADY_SETTLED);
        assertThat(record("29")).isEqualTo(before);

        assertReturnedOnce("29");
    }

    @Test
    void whoeverSettledItIsToldSoAgainAlsoAfterItWasCancelled() {
        place("29", ITEMS, FAR);
        StockLedger.Order ours = new StockLedger.Order(MAIN, "29", "", "", "inventory-1/attempt1", false);
        StockLedger.Order theirs = new StockLedger.Order(MAIN, "29", "", "", "inventory-2/attempt2", false);
        assertThat(settle(ours)).isEqualTo(Settlement.Code.CONFIRMED);

        cancelOrder("29", FAR, RedisKeys.orderUpdates(MAIN));
        assertThat(settle(ours)).isEqualTo(Settlement.Code.CONFIRMED);
        hearThatItIsCancelled("29");

        assertThat(settle(ours)).isEqualTo(Settlement.Code.CONFIRMED);
        assertThat(settle(theirs)).isEqualTo(Settlement.Code.WAS_CONFIRMED);
        assertReturnedOnce("29");
    }

    @Test
    void anAnswerThatWasLostIsGivenAgainToTheSameAttempt() {
        settleAndCancel("29");
        StockLedger.Cancelled ours = new StockLedger.Cancelled(MAIN, "29", "inventory-1/attempt1");
        StockLedger.Cancelled theirs = new StockLedger.Cancelled(MAIN, "29", "inventory-2/attempt2");

        StockReturn first = giveBack(ours);
        assertThat(first.code()).isEqualTo(StockReturn.Code.RETURNED);
        assertThat(giveBack(ours)).isEqualTo(first);
        assertThat(giveBack(theirs))
                .isEqualTo(new StockReturn(
                        StockReturn.Code.WAS_RETURNED, "inventory-1/attempt1", first.age(), first.traceParent()));

        place("30", ITEMS, FAR);
        cancelOrder("30", FAR, RedisKeys.orderUpdates(MAIN));
        StockLedger.Order order = new StockLedger.Order(MAIN, "30", "", "", "inventory-1/attempt1", false);
        assertThat(settle(order)).isEqualTo(Settlement.Code.CANCELLED);
        assertThat(settle(order)).isEqualTo(Settlement.Code.CANCELLED);
        assertThat(settle(new StockLedger.Order(MAIN, "30", "", "", "inventory-2/attempt2", false)))
                .isEqualTo(Settlement.Code.WAS_CANCELLED);
    }

    @Test
    void aStockThatIsNoWholeNumberStopsTheReturnBeforeAnythingIsWritten() {
        settleAndCancel("29");
        redis.opsForHash().put(RedisKeys.stock(MAIN), "002", "many");
        Map<Object, Object> before = record("29");

        assertThat(outcomes(hearThatItIsCancelled("29"))).containsExactly(Outcome.FAILED);

        assertThat(stock("001")).isEqualTo(7);
        assertThat(record("29")).isEqualTo(before);
        assertThat(ledger()).hasSize(1);
        assertThat(hasJob("cancel 29")).isTrue();
        stock("002", 9);
        assertThat(outcomes(hearThatItIsCancelled("29")))
                .as("the lock was released")
                .containsExactly(Outcome.RETURNED);
        assertReturnedOnce("29");
    }

    @Test
    void aFullRedisRefusesTheReturnAndNothingHasHappened() {
        settleAndCancel("29");
        StockLedger.Cancelled attempt = new StockLedger.Cancelled(MAIN, "29", "inventory-1/attempt1");
        configure("maxmemory", "1");
        try {
            assertThat(stockLedger.returnAll(pipeline, List.of(attempt)).get(0).reason())
                    .contains("OOM");
            assertThat(stock("001")).isEqualTo(7);
            assertThat(order("29").status()).isEqualTo(OrderStatus.CANCELLING);
        } finally {
            configure("maxmemory", "0");
        }
        hearThatItIsCancelled("29");
        assertReturnedOnce("29");
    }

    @Test
    void stockOfASkuThatIsGoneReturnsAllTheSame() {
        settleAndCancel("29");
        redis.delete(RedisKeys.stock(MAIN));

        assertThat(outcomes(hearThatItIsCancelled("29"))).containsExactly(Outcome.RETURNED);

        assertThat(stock("001")).isEqualTo(3);
    }

    @Test
    void aMessageAloneCancelsNothing() {
        place("29", ITEMS, FAR);
        processor.process(pipeline, List.of(placed("29")));
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "cancel 29", 1);

        assertThat(outcomes(hearThatItIsCancelled("29"))).containsExactly(Outcome.NOTHING_TO_RETURN);

        assertThat(order("29").status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(stock("001")).isEqualTo(7);
        assertThat(hasJob("cancel 29")).isFalse();
    }

    @Test
    void aReturnOfAnOrderWithoutARecordGoesToTheDeadLetters() {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "cancel ghost", 1);

        PollerTick.of(poller, pipeline, MAIN);

        assertThat(deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter)
                        .containsEntry("payload", "cancel ghost")
                        .containsEntry("reason", "the order has no record"));
    }

    @Test
    void aReturnThatFailsEachTimeIsPutAsideAndReturnsTheStockWhenItIsReplayed() {
        settleAndCancel("29");
        redis.opsForHash().put(RedisKeys.stock(MAIN), "002", "many");
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "cancel 29", 1);
        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(5)).until(() -> {
            PollerTick.of(poller, pipeline, MAIN);
            return !hasJob("cancel 29");
        });

        assertThat(deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter.get("reason"))
                        .asString()
                        .startsWith("gave up after 3 attempts")
                        .contains("stock of 002 is not a whole number"));
        stock("002", 9);

        assertThat(send("POST", "/dead-letters/replay", null).body()).contains("\"replayed\":1");
        PollerTick.of(poller, pipeline, MAIN);

        assertReturnedOnce("29");
    }

    @Test
    void itsLinesAreToldApartFromThoseOfTheOrder() {
        ListAppender<ILoggingEvent> lines = new ListAppender<>();
        Logger decisions = (Logger) LoggerFactory.getLogger("decisions");
        lines.start();
        decisions.addAppender(lines);
        try {
            settleAndCancel("29");
            processor.process(pipeline, List.of(cancelled("29"), cancelled("29")));
        } finally {
            decisions.detachAppender(lines);
        }

        assertThat(lines.list)
                .extracting(ILoggingEvent::getMessage)
                .containsExactly("processed", "returned", "skipped");
        assertThat(lines.list.get(0).getKeyValuePairs().toString()).doesNotContain("event");
        assertThat(lines.list.get(1).getKeyValuePairs().toString())
                .contains("orderId=\"29\"", "decision=\"returned\"", "reason=\"returned\"", "event=\"cancellation\"")
                .doesNotContain("cause");
        assertThat(lines.list.get(2).getKeyValuePairs().toString())
                .contains("reason=\"lock_held\"", "event=\"cancellation\"");
    }

    @Test
    void theReturnIsInTheTraceOfTheRequestThatCancelledTheOrder() {
        settleAndCancel("29");
        redis.opsForHash().put(RedisKeys.order(MAIN, "29"), "cancelTraceparent", TRACE.toString());

        assertThat(hearThatItIsCancelled("29"))
                .extracting(Decision::traceParent)
                .containsExactly(TRACE);
    }

    @Test
    void eachOutcomeIsPublishedOnce() {
        String channel = RedisKeys.inventoryUpdates(MAIN);
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        try (RedisConnection subscription = redis.getRequiredConnectionFactory().getConnection()) {
            subscription.subscribe(
                    (message, pattern) -> heard.add(new String(message.getBody(), UTF_8)), channel.getBytes(UTF_8));
            settleAndCancel("29");
            hearThatItIsCancelled("29");
            redis.delete(RedisKeys.cancelLock(MAIN, "29"));
            hearThatItIsCancelled("29");
            place("30", ITEMS, FAR);
            cancelOrder("30", FAR, RedisKeys.orderUpdates(MAIN));
            processor.process(pipeline, List.of(placed("30")));
            redis.convertAndSend(channel, "end");
            await().atMost(DEADLINE).until(() -> heard.contains("end"));
        }

        assertThat(heard)
                .map(message -> message.replaceFirst("\"ageMs\":\\d+", "\"ageMs\":0"))
                .containsExactly(
                        "{\"eventType\":\"OrderConfirmed\",\"schemaVersion\":1,\"id\":\"29\",\"orderId\":\"29\","
                                + "\"status\":\"CONFIRMED\",\"settledBy\":\"inventory-1\",\"ageMs\":0}",
                        "{\"eventType\":\"OrderCancelled\",\"schemaVersion\":1,\"id\":\"29\",\"orderId\":\"29\","
                                + "\"status\":\"CANCELLED\",\"cancelledBy\":\"inventory-1\",\"ageMs\":0}",
                        "{\"eventType\":\"OrderCancelled\",\"schemaVersion\":1,\"id\":\"30\",\"orderId\":\"30\","
                                + "\"status\":\"CANCELLED\",\"settledBy\":\"inventory-1\",\"ageMs\":0}",
                        "end");
    }

    @Test
    void nobodySchedulesAReturn() {
        String answer = send("POST", "/jobs", "{\"kind\":\"cancel\",\"jobId\":\"29\",\"delay\":\"PT1S\"}")
                .body();

        assertThat(answer).contains("orders are cancelled at the order service");
    }

    private void assertReturnedOnce(String id) {
        assertThat(stock("001")).isEqualTo(10);
        assertThat(stock("002")).isEqualTo(10);
        assertThat(order(id).status()).isEqualTo(OrderStatus.CANCELLED);
        assertThat(order(id).cancelledBy()).isEqualTo("inventory-1");
        assertThat(order(id).cancelledAt()).isNotNull();
        assertThat(redis.getExpire(RedisKeys.order(MAIN, id))).isPositive();
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
        assertThat(ledger())
                .extracting(entry -> entry.get("effect") + " " + entry.get("units"))
                .containsExactly("CONFIRMED 001=-3,002=-1", "CANCELLED 001=3,002=1");
    }

    /** By the message that the order service publishes. */
    private void settleAndCancel(String id) {
        place(id, ITEMS, FAR);
        assertThat(outcomes(processor.process(pipeline, List.of(placed(id))))).containsExactly(Outcome.CONFIRMED);
        cancelOrder(id, FAR, RedisKeys.orderUpdates(MAIN));
    }

    private List<Decision> hearThatItIsCancelled(String id) {
        return processor.process(pipeline, List.of(cancelled(id)));
    }

    private Settlement.Code settle(StockLedger.Order order) {
        return stockLedger.settleAll(pipeline, List.of(order)).get(0).require().code();
    }

    private StockReturn giveBack(StockLedger.Cancelled order) {
        return stockLedger.returnAll(pipeline, List.of(order)).get(0).require();
    }

    private Map<Object, Object> record(String id) {
        return redis.opsForHash().entries(RedisKeys.order(MAIN, id));
    }

    private static OrderHint placed(String id) {
        return OrderHint.toSettle(MAIN, id, id, ITEMS, Instant.now(), null, Source.MESSAGE);
    }

    private static OrderHint cancelled(String id) {
        return OrderHint.toReturn(MAIN, id, Instant.now(), null, Source.MESSAGE);
    }

    private static List<Outcome> outcomes(List<Decision> decisions) {
        return decisions.stream().map(Decision::outcome).toList();
    }
}
