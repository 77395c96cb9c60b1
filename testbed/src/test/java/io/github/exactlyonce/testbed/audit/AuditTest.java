package io.github.exactlyonce.testbed.audit;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.load.Cancellations;
import io.github.exactlyonce.testbed.load.Order;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An audit that finds nothing is worth something only if it finds what is there: here it is planted. */
class AuditTest {

    private static RedisProcess process;
    private static RedisClient client;
    private static StatefulRedisConnection<String, String> connection;

    private final RedisCommands<String, String> redis = connection.sync();
    private final List<Order> orders = new ArrayList<>();
    private Cancellations cancellations = Cancellations.NONE;

    @BeforeAll
    static void startRedis() {
        process = RedisProcess.start();
        client = RedisClient.create(process.url());
        connection = client.connect();
    }

    @AfterAll
    static void stopRedis() {
        client.shutdown();
        process.close();
    }

    /** Ten units, two orders confirmed, one rejected. */
    @BeforeEach
    void aFlawlessHistory() {
        redis.flushall();
        redis.hset(RedisKeys.stock(MAIN), "001", "10");
        ledger("SET", "s-1", "001=10");
        confirmed("a", 3);
        confirmed("b", 4);
        rejected("c", 5);
    }

    @Test
    void aFlawlessHistoryIsClean() {
        AuditReport report = audit();

        assertThat(report.isClean()).isTrue();
        assertThat(report).hasToString("3 orders: 2 confirmed, 1 rejected");
    }

    @Test
    void anOrderWithoutLedgerEntryIsLost() {
        orders.add(Order.of("d", new OrderItem("001", 1)));

        assertFound(Finding.LOST, "d: its record is gone");
    }

    @Test
    void afterAFailoverAnOrderOfWhichNothingIsLeftIsCountedAndNoMore() {
        orders.add(Order.of("d", new OrderItem("001", 1)));

        AuditReport report = Audit.afterFailover(connection, orders, cancellations, Map.of("001", 10L));

        assertThat(report.isClean()).isTrue();
        assertThat(report).hasToString("3 orders: 2 confirmed, 1 rejected; and 1 that Redis took back in a failover");
    }

    @Test
    void afterAFailoverAnEffectWithoutARecordAndARecordWithoutAnEffectAreStillWrong() {
        redis.del(RedisKeys.order(MAIN, "a"));
        orders.add(Order.of("d", new OrderItem("001", 1)));
        redis.hset(RedisKeys.order(MAIN, "d"), Map.of("status", "PLACED", "items", "001=1"));

        AuditReport report = Audit.afterFailover(connection, orders, cancellations, Map.of("001", 10L));

        assertThat(report.takenBack().orders()).isZero();
        assertThat(report.offenders()).containsKeys(Finding.RECORD_DIFFERS, Finding.LOST);
    }

    @Test
    void anAcceptedOrderThatWasNeverSettledIsLost() {
        orders.add(Order.of("d", new OrderItem("001", 1)));
        redis.hset(RedisKeys.order(MAIN, "d"), Map.of("status", "PLACED", "items", "001=1"));

        assertFound(Finding.LOST, "d: its record is {");
    }

    @Test
    void aSecondLedgerEntryIsASecondSettlementEvenIfTheStockLooksRight() {
        ledger("CONFIRMED", "a", "001=-3");
        redis.hincrby(RedisKeys.stock(MAIN), "001", -3);

        assertFound(Finding.SETTLED_AGAIN, "a: [CONFIRMED {001=-3}");
        assertFound(Finding.STOCK_DIFFERS, "001 is 0; start minus confirmed orders 3; sum of the ledger 0");
    }

    @Test
    void aLostOrderAndARepeatedOneDoNotCancelOut() {
        orders.add(Order.of("d", new OrderItem("001", 3)));
        redis.hset(RedisKeys.order(MAIN, "d"), Map.of("status", "CONFIRMED", "items", "001=3", "settledBy", "x/1"));
        ledger("CONFIRMED", "a", "001=-3");
        redis.hincrby(RedisKeys.stock(MAIN), "001", -3);

        AuditReport report = audit();

        assertThat(report.offenders().keySet()).containsExactly(Finding.LOST, Finding.SETTLED_AGAIN);
    }

    @Test
    void aSettlementOfAnOrderThatNobodyPlacedIsFound() {
        ledger("REJECTED", "ghost", "");

        assertFound(Finding.NEVER_PLACED, "ghost");
    }

    @Test
    void otherUnitsThanOrderedAreFound() {
        orders.set(0, Order.of("a", new OrderItem("001", 2)));

        assertFound(Finding.WRONG_UNITS, "a: CONFIRMED {001=-3}");
    }

    @Test
    void aRecordThatContradictsTheLedgerIsFound() {
        redis.hset(RedisKeys.order(MAIN, "b"), "status", "REJECTED");
        redis.hset(RedisKeys.order(MAIN, "c"), "settledBy", "inventory-9/stranger");

        assertThat(audit().count(Finding.RECORD_DIFFERS)).isEqualTo(2);
    }

    @Test
    void whatACancelledOrderHadTakenReturnsOnce() {
        cancelled("a", "001=3");

        AuditReport report = audit();

        assertThat(report.isClean()).as("%s", report).isTrue();
        assertThat(report)
                .hasToString("3 orders: 2 confirmed, 1 rejected; 1 cancelled, 1 of them after they were confirmed");
    }

    @Test
    void anOrderThatWasCancelledBeforeItWasSettledTakesNothing() {
        cancellations = new Cancellations(Set.of("d"), Set.of("d"), Set.of());
        settled("CANCELLED", "d", 3, "");

        AuditReport report = audit();

        assertThat(report.isClean()).as("%s", report).isTrue();
        assertThat(report)
                .hasToString("4 orders: 2 confirmed, 1 rejected; 1 cancelled, 0 of them after they were confirmed");
    }

    @Test
    void stockThatReturnsTwiceIsFoundEvenIfTheSumIsRight() {
        cancelled("a", "001=3");
        returned("a", "001=3");
        redis.hincrby(RedisKeys.stock(MAIN), "001", -3);

        assertFound(Finding.RETURNED_AGAIN, "a: CONFIRMED {001=-3}");
    }

    @Test
    void stockThatReturnsThoughItWasNeverTakenIsFound() {
        cancelled("c", "001=5");

        assertFound(Finding.RETURNED_AGAIN, "c: REJECTED {}");
    }

    @Test
    void otherUnitsThanWereTakenAreFoundWhenTheyReturn() {
        cancelled("a", "001=2");

        assertFound(Finding.WRONG_UNITS, "a: [CANCELLED {001=2}");
    }

    @Test
    void stockThatNeverReturnsIsFound() {
        cancellations = new Cancellations(Set.of("a"), Set.of("a"), Set.of());
        redis.hset(RedisKeys.order(MAIN, "a"), "status", "CANCELLING");

        assertFound(Finding.NEVER_RETURNED, "a: {");
    }

    @Test
    void aCancellationThatWasPromisedAndIsNoneIsFoundUnlessAFailoverTookItBack() {
        cancellations = new Cancellations(Set.of("a", "b"), Set.of("a"), Set.of());

        assertFound(Finding.NOT_CANCELLED, "a: {");
        AuditReport report = Audit.afterFailover(connection, orders, cancellations, Map.of("001", 10L));
        assertThat(report.isClean()).as("%s", report).isTrue();
        assertThat(report.takenBack()).isEqualTo(new AuditReport.TakenBack(0, 1));
    }

    @Test
    void onlyARejectedOrderHasNothingToCancel() {
        cancellations = new Cancellations(Set.of("a", "c"), Set.of(), Set.of("c"));
        assertThat(audit().isClean()).as("%s", audit()).isTrue();

        cancellations = new Cancellations(Set.of("a", "c"), Set.of(), Set.of("a", "c"));
        assertFound(Finding.REFUSED_TO_CANCEL, "a: {");
        assertThat(Audit.afterFailover(connection, orders, cancellations, Map.of("001", 10L))
                        .isClean())
                .isTrue();
    }

    @Test
    void aCancellationThatNobodyAskedForIsFound() {
        cancelled("a", "001=3");
        cancellations = Cancellations.NONE;

        assertFound(Finding.CANCELLED_UNASKED, "a: {");
    }

    @Test
    void stockThatDriftedIsFound() {
        redis.hincrby(RedisKeys.stock(MAIN), "001", 1);

        assertFound(Finding.STOCK_DIFFERS, "001 is 4; start minus confirmed orders 3; sum of the ledger 3");
    }

    @Test
    void stockBelowZeroIsFound() {
        confirmed("d", 4);

        assertFound(Finding.OVERSOLD, "001 after CONFIRMED {001=-4}");
        assertFound(Finding.OVERSOLD, "001 is -1");
    }

    @Test
    void whatIsLeftOverIsFound() {
        redis.zadd(RedisKeys.jobs(MAIN), 1, RedisKeys.orderJob("a"));
        redis.xadd(RedisKeys.deadLetters(MAIN), Map.of("reason", "no id"));

        assertFound(Finding.JOB_LEFT, "order a");
        assertFound(Finding.DEAD_LETTER, "{reason=no id}");
    }

    @Test
    void aTrimmedLedgerIsNotTakenForTheWholeStory() {
        redis.xtrim(RedisKeys.ledger(MAIN), 2); // the start and "a" are gone

        assertFound(Finding.LOST, "a: its record is {");
    }

    @Test
    void aReportShowsTheFirstFewOffenders() {
        for (int i = 0; i < 100; i++) {
            orders.add(Order.of("lost-" + i, new OrderItem("001", 1)));
        }

        assertThat(audit().toString())
                .contains("accepted, but never settled: 100", "lost-4", "and 95 more")
                .doesNotContain("lost-5:");
    }

    private void assertFound(Finding finding, String offender) {
        assertThat(audit().offenders().getOrDefault(finding, List.of()))
                .anySatisfy(found -> assertThat(found).startsWith(offender));
    }

    private AuditReport audit() {
        return Audit.of(connection, orders, cancellations, Map.of("001", 10L));
    }

    private void confirmed(String id, int quantity) {
        settled("CONFIRMED", id, quantity, "001=-" + quantity);
        redis.hincrby(RedisKeys.stock(MAIN), "001", -quantity);
    }

    /** After it was settled. */
    private void cancelled(String id, String units) {
        cancellations = new Cancellations(Set.of(id), Set.of(id), Set.of());
        returned(id, units);
        redis.hset(RedisKeys.order(MAIN, id), Map.of("status", "CANCELLED", "cancelledBy", "inventory-1/" + id));
    }

    private void returned(String id, String units) {
        ledger("CANCELLED", id, units);
        redis.hincrby(RedisKeys.stock(MAIN), "001", Long.parseLong(units.substring(units.indexOf('=') + 1)));
    }

    private void rejected(String id, int quantity) {
        settled("REJECTED", id, quantity, "");
    }

    private void settled(String status, String id, int quantity, String units) {
        orders.add(Order.of(id, new OrderItem("001", quantity)));
        ledger(status, id, units);
        redis.hset(
                RedisKeys.order(MAIN, id),
                Map.of("status", status, "items", "001=" + quantity, "settledBy", "inventory-1/" + id));
    }

    private void ledger(String effect, String id, String units) {
        redis.xadd(
                RedisKeys.ledger(MAIN), Map.of("effect", effect, "id", id, "units", units, "by", "inventory-1/" + id));
    }
}
