package io.github.exactlyonce.inventory.processing;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderRecord.Shortage;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Shards;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.WithRedis;
import io.github.exactlyonce.inventory.processing.Decision.Outcome;
import io.github.exactlyonce.inventory.processing.OrderHint.Source;
import io.github.exactlyonce.inventory.stock.Settlement;
import io.github.exactlyonce.inventory.stock.StockLedger;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.RedisCallback;

/** One replica's gate and commit, copy by copy. */
class OrderProcessorTest extends WithRedis {

    private static final TraceParent TRACE =
            new TraceParent("4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7", true);
    private static final OrderItems TWO_AND_ONE = OrderItems.of(new OrderItem("001", 2), new OrderItem("002", 1));
    private static final Duration FAR = Duration.ofMinutes(10);

    @Autowired
    private Shards shards;

    @Autowired
    private OrderProcessor processor;

    @Autowired
    private StockLedger stockLedger;

    @Test
    void aPlacedOrderTakesTheStockOfAllItsItems() {
        stock("001", 10);
        stock("002", 10);
        place("29", TWO_AND_ONE, FAR);

        assertThat(hear("29", TWO_AND_ONE)).isEqualTo(Outcome.CONFIRMED);

        assertThat(stock("001")).isEqualTo(8);
        assertThat(stock("002")).isEqualTo(9);
        assertThat(order("29").status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(order("29").settledBy()).isEqualTo("inventory-1");
        assertThat(hasJob("order 29")).isFalse();
        assertThat(ledger()).singleElement().satisfies(entry -> {
            assertThat(entry).containsEntry("effect", "CONFIRMED").containsEntry("id", "29");
            assertThat(entry).containsEntry("units", "001=-2,002=-1");
        });
    }

    @Test
    void aRecordThatAHandHasDamagedStopsNobodyElsesOrder() {
        stock("001", 10);
        stock("002", 10);
        redis.opsForHash().put(RedisKeys.order(MAIN, "damaged"), "status", "CONFIRMED");
        place("29", TWO_AND_ONE, FAR);

        assertThat(processor.process(
                        pipeline, List.of(OrderHint.dueJob(MAIN, "damaged"), OrderHint.dueJob(MAIN, "29"))))
                .extracting(Decision::outcome)
                .containsExactly(Outcome.ALREADY_SETTLED, Outcome.CONFIRMED);
    }

    @Test
    void aSettledOrderExpiresAndAnOpenOneDoesNot() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        assertThat(redis.getExpire(RedisKeys.order(MAIN, "29"))).isEqualTo(-1);

        hear("29", OrderItems.of(new OrderItem("001", 1)));

        assertThat(redis.getExpire(RedisKeys.order(MAIN, "29")))
                .as("as long as a copy can be late, and not as long as a lock, say")
                .isCloseTo(properties.retention().toSeconds(), within(60L));
    }

    @Test
    void aCopyWhileTheLockIsHeldIsSkipped() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);

        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.CONFIRMED);
        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.LOCK_HELD);

        assertThat(stock("001")).isEqualTo(9);
    }

    @Test
    void lateCopyAfterTheLockExpiredChangesNothing() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        hear("29", OrderItems.of(new OrderItem("001", 1)));
        await().atMost(DEADLINE).until(() -> !redis.hasKey(RedisKeys.lock(MAIN, "29")));

        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.ALREADY_SETTLED);

        assertThat(stock("001")).isEqualTo(9);
        assertThat(ledger()).hasSize(1);
    }

    @Test
    void twoCopiesInOneBatchTakeTheStockOnce() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        OrderHint copy = hint("29", OrderItems.of(new OrderItem("001", 1)));

        assertThat(outcomes(processor.process(pipeline, List.of(copy, copy, copy))))
                .containsExactly(Outcome.CONFIRMED, Outcome.LOCK_HELD, Outcome.LOCK_HELD);

        assertThat(stock("001")).isEqualTo(9);
    }

    @Test
    void anItemThatIsShortRejectsTheWholeOrderAndSaysByHowMuch() {
        stock("001", 10);
        stock("002", 3);
        OrderItems items = OrderItems.of(new OrderItem("001", 1), new OrderItem("002", 5), new OrderItem("nope", 2));
        place("29", items, FAR);

        assertThat(hear("29", items)).isEqualTo(Outcome.REJECTED);

        assertThat(stock("001")).isEqualTo(10);
        assertThat(stock("002")).isEqualTo(3);
        assertThat(order("29").shortages())
                .containsExactly(new Shortage("002", 5, 3L, 2), new Shortage("nope", 2, null, 2));
        assertThat(hasJob("order 29")).isFalse();
    }

    @Test
    void linesOfTheSameSkuCountTogether() {
        stock("001", 3);
        OrderItems items = OrderItems.of(new OrderItem("001", 2), new OrderItem("001", 2));
        place("29", items, FAR);

        assertThat(hear("29", items)).isEqualTo(Outcome.REJECTED);

        assertThat(stock("001")).isEqualTo(3);
        assertThat(order("29").shortages()).containsExactly(new Shortage("001", 4, 3L, 1));
    }

    @Test
    void theRecordWinsOverWhatAMessageSays() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);

        hear("29", OrderItems.of(new OrderItem("001", 9)));

        assertThat(stock("001")).isEqualTo(9);
    }

    @Test
    void aMessageWhoseRecordWasLostIsSettledFromTheMessage() {
        stock("001", 10);

        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.CONFIRMED);

        assertThat(order("29").items()).isEqualTo(OrderItems.of(new OrderItem("001", 1)));
        assertThat(stock("001")).isEqualTo(9);
    }

    @Test
    void anAnswerThatWasLostIsGivenAgainToTheSameAttempt() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        StockLedger.Order attempt = new StockLedger.Order(MAIN, "29", "", "", "inventory-1/attempt1", false);

        Settlement first =
                stockLedger.settleAll(pipeline, List.of(attempt)).get(0).get();
        Settlement repeated =
                stockLedger.settleAll(pipeline, List.of(attempt)).get(0).get();

        assertThat(first.code()).isEqualTo(Settlement.Code.CONFIRMED);
        assertThat(repeated).isEqualTo(first);
        assertThat(stock("001")).isEqualTo(9);
        assertThat(ledger()).hasSize(1);
    }

    @Test
    void anOrderThatItsJobBringsBackSaysAfterHowManyAttempts() {
        stock("001", 10);
        place("30", OrderItems.of(new OrderItem("001", 1)), FAR);
        hear("30", OrderItems.of(new OrderItem("001", 1)));
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        redis.opsForZSet().incrementScore(RedisKeys.jobs(MAIN), "order 29", 3.0 / 1024); // claimed three times

        processor.process(pipeline, List.of(OrderHint.dueJob(MAIN, "29")));

        assertThat(redis.opsForHash().get(RedisKeys.order(MAIN, "29"), "recovered"))
                .isEqualTo("3");
        assertThat(order("30").settledBy()).isEqualTo("inventory-1");
        assertThat(redis.opsForHash().hasKey(RedisKeys.order(MAIN, "30"), "recovered"))
                .isFalse();
    }

    @Test
    void whoDiesBetweenItsCommitAndItsLogLineHasSettledTheOrder() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        Logger lines = (Logger) LoggerFactory.getLogger("decisions");
        Death death = new Death();
        death.start();
        lines.addAppender(death);
        try {
            assertThatThrownBy(() -> hear("29", OrderItems.of(new OrderItem("001", 1))))
                    .isInstanceOf(Died.class);
        } finally {
            lines.detachAppender(death);
        }

        assertThat(order("29").settledBy()).isEqualTo("inventory-1");
        assertThat(hasJob("order 29")).isFalse();
        assertThat(outcomes(processor.process(pipeline, List.of(OrderHint.dueJob(MAIN, "29")))))
                .containsExactly(Outcome.ALREADY_SETTLED);
        assertThat(stock("001")).isEqualTo(9);
        assertThat(ledger())
                .singleElement()
                .satisfies(entry -> assertThat((String) entry.get("by")).startsWith("inventory-1/"));
    }

    @Test
    void aThousandCommitsWithoutAnyLockTakeEachOrderOnceAndNeverGoBelowZero() throws Exception {
        long seed = new Random().nextLong();
        stock("001", 60);
        List<StockLedger.Order> copies = new ArrayList<>();
        for (int order = 0; order < 100; order++) {
            place("o" + order, OrderItems.of(new OrderItem("001", 1)), FAR);
            for (int copy = 0; copy < 10; copy++) {
                copies.add(new StockLedger.Order(MAIN, "o" + order, "", "001=1", "r/" + copy, false));
            }
        }
        Collections.shuffle(copies, new Random(seed));

        commitFromThreads(4, copies);

        assertThat(stock("001")).as("seed %d", seed).isZero();
        assertThat(ledger()).as("seed %d", seed).hasSize(100);
        assertThat(ledger().stream().map(entry -> entry.get("id")).distinct()).hasSize(100);
        assertThat(ledger().stream().filter(entry -> entry.get("effect").equals("CONFIRMED")))
                .hasSize(60);
    }

    @Test
    void aRedisThatLostItsScriptsIsGivenThemAgain() {
        stock("001", 10);
        place("28", OrderItems.of(new OrderItem("001", 1)), FAR);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        hear("28", OrderItems.of(new OrderItem("001", 1)));
        redis.execute((RedisCallback<Object>) connection -> {
            connection.scriptingCommands().scriptFlush();
            return null;
        });

        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.CONFIRMED);
    }

    @Test
    void aCommitThatFailsChangesNothingReleasesTheLockAndKeepsTheJob() {
        stock("001", 10);
        redis.opsForValue().set(RedisKeys.ledger(MAIN), "not a stream");
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);

        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.FAILED);

        assertThat(stock("001")).isEqualTo(10);
        assertThat(order("29").status()).isEqualTo(OrderStatus.PLACED);
        assertThat(redis.hasKey(RedisKeys.lock(MAIN, "29"))).isFalse();
        assertThat(hasJob("order 29")).isTrue();

        redis.delete(RedisKeys.ledger(MAIN));
        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.CONFIRMED);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"100.0", "1e3", "0x10", "inf", "nan", " 5", "+5", "007", "99999999999999999999", "", "many"})
    void aStockThatIsNoWholeNumberStopsTheOrderBeforeAnythingIsWritten(String tampered) {
        stock("001", 100);
        redis.opsForHash().put(RedisKeys.stock(MAIN), "bad", tampered);
        OrderItems items = OrderItems.of(new OrderItem("001", 1), new OrderItem("bad", 1));
        place("29", items, FAR);

        assertThat(hear("29", items)).isEqualTo(Outcome.FAILED);

        assertThat(stock("001")).isEqualTo(100);
        assertThat(ledger()).isEmpty();
        assertThat(order("29").status()).isEqualTo(OrderStatus.PLACED);
        assertThat(hasJob("order 29")).isTrue();
    }

    @Test
    void aJobSetThatIsNoneHidesNothingOfWhatWasDone() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        redis.delete(RedisKeys.jobs(MAIN));
        redis.opsForValue().set(RedisKeys.jobs(MAIN), "not a sorted set");

        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.CONFIRMED);
        assertThat(stock("001")).isEqualTo(9);
    }

    @Test
    void onlyItsOwnerReleasesALock() {
        redis.opsForValue().set(RedisKeys.lock(MAIN, "29"), "inventory-2/other", Duration.ofMinutes(1));
        redis.opsForValue().set(RedisKeys.lock(MAIN, "30"), "inventory-1/mine", Duration.ofMinutes(1));

        new OrderLock(properties, shards).releaseAll(pipeline, List.of(attempt("29"), attempt("30")));

        assertThat(redis.opsForValue().get(RedisKeys.lock(MAIN, "29"))).isEqualTo("inventory-2/other");
        assertThat(redis.hasKey(RedisKeys.lock(MAIN, "30"))).isFalse();
    }

    @Test
    void aFullRedisRefusesTheCommitAndNothingHasHappened() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        StockLedger.Order attempt = new StockLedger.Order(MAIN, "29", "", "", "inventory-1/attempt1", false);
        configure("maxmemory", "1");
        try {
            assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.FAILED);
            assertThat(stockLedger.settleAll(pipeline, List.of(attempt)).get(0).reason())
                    .contains("OOM");
            assertThat(stock("001")).isEqualTo(10);
            assertThat(ledger()).isEmpty();
            assertThat(order("29").status()).isEqualTo(OrderStatus.PLACED);
        } finally {
            configure("maxmemory", "0");
        }
        assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.CONFIRMED);
    }

    @Test
    void aRedisThatHangsIsGivenUpInTimeAndUsedAgainWhenItAnswers() {
        stock("001", 10);
        place("29", OrderItems.of(new OrderItem("001", 1)), FAR);
        REDIS.freeze();
        try {
            assertThat(hear("29", OrderItems.of(new OrderItem("001", 1)))).isEqualTo(Outcome.FAILED);
        } finally {
            REDIS.thaw();
        }

        assertThat(outcomes(processor.process(pipeline, List.of(OrderHint.dueJob(MAIN, "29")))))
                .containsExactly(Outcome.CONFIRMED);
        assertThat(stock("001")).isEqualTo(9);
    }

    @Test
    void anotherProducersOrderIsRecordedBeforeTheGateSoThatADeadHolderCannotLoseIt() {
        stock("001", 10);
        redis.opsForValue().set(RedisKeys.lock(MAIN, "1718000000000"), "inventory-2/died", Duration.ofMinutes(1));
        OrderHint foreign = OrderHint.toSettle(
                MAIN, "1718000000000", "29", OrderItems.of(new OrderItem("001", 1)), null, null, Source.MESSAGE);

        assertThat(outcomes(processor.process(pipeline, List.of(foreign)))).containsExactly(Outcome.LOCK_HELD);

        assertThat(order("1718000000000").status()).isEqualTo(OrderStatus.PLACED);
        assertThat(order("1718000000000").orderId()).isEqualTo("29");
        assertThat(hasJob("order 1718000000000")).isTrue();
    }

    @Test
    void anOrderWhoseMessageWasLostStaysInItsTrace() {
        stock("001", 10);
        placeOrder("record", "29", FAR, "001=1", "", "", TRACE.toString());

        assertThat(processor.process(pipeline, List.of(OrderHint.dueJob(MAIN, "29"))))
                .extracting(Decision::traceParent)
                .containsExactly(TRACE);
    }

    @Test
    void anotherProducersTraceIsRecorded() {
        stock("001", 10);
        OrderHint foreign = OrderHint.toSettle(
                MAIN, "30", "30", OrderItems.of(new OrderItem("001", 1)), null, TRACE, Source.MESSAGE);

        processor.process(pipeline, List.of(foreign, foreign));

        assertThat(redis.opsForHash().get(RedisKeys.order(MAIN, "30"), "traceparent"))
                .isEqualTo(TRACE.toString());
    }

    @Test
    void aReplicaThatSkipsAnOrderKnowsItsTraceFromTheMessage() {
        redis.opsForValue().set(RedisKeys.lock(MAIN, "29"), "inventory-2/holds", Duration.ofMinutes(1));
        OrderHint traced = OrderHint.toSettle(
                MAIN, "29", "29", OrderItems.of(new OrderItem("001", 1)), Instant.now(), TRACE, Source.MESSAGE);

        assertThat(processor.process(pipeline, List.of(traced))).singleElement().satisfies(decision -> {
            assertThat(decision.outcome()).isEqualTo(Outcome.LOCK_HELD);
            assertThat(decision.traceParent()).isEqualTo(TRACE);
        });
    }

    @Autowired
    private InventoryProperties properties;

    private Outcome hear(String id, OrderItems items) {
        return outcomes(processor.process(pipeline, List.of(hint(id, items)))).get(0);
    }

    /** The hint that the order service's own message is. */
    private static OrderHint hint(String id, OrderItems items) {
        return OrderHint.toSettle(MAIN, id, id, items, Instant.now(), null, Source.MESSAGE);
    }

    private static List<Outcome> outcomes(List<Decision> decisions) {
        return decisions.stream().map(Decision::outcome).toList();
    }

    private static Attempt attempt(String id) {
        return new Attempt(OrderHint.dueJob(MAIN, id), "inventory-1/mine", Clock.systemUTC());
    }

    private void commitFromThreads(int threads, List<StockLedger.Order> copies) throws Exception {
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> parts = new ArrayList<>();
            for (int t = 0; t < threads; t++) {
                List<StockLedger.Order> part =
                        copies.subList(t * copies.size() / threads, (t + 1) * copies.size() / threads);
                parts.add(pool.submit(() -> {
                    try (Pipeline own = openPipeline()) {
                        for (StockLedger.Order copy : part) {
                            stockLedger.settleAll(own, List.of(copy)).get(0).get();
                        }
                    }
                }));
            }
            for (Future<?> part : parts) {
                part.get();
            }
        } finally {
            pool.shutdown();
        }
    }

    /** The line is not written, and nothing after it happens. */
    private static final class Death extends AppenderBase<ILoggingEvent> {
        @Override
        protected void append(ILoggingEvent line) {
            throw new Died();
        }
    }

    /** An Error, so that nothing takes it for a line that failed. */
    private static final class Died extends Error {
        private static final long serialVersionUID = 1;
    }
}
