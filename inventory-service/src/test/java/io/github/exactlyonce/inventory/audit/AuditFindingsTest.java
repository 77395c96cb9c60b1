package io.github.exactlyonce.inventory.audit;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.audit.AuditReport.Difference;
import io.github.exactlyonce.inventory.stock.Settlement;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.core.RedisCallback;

/** What the audit finds, and when it has nothing to say. */
class AuditFindingsTest extends WithAudit {

    @BeforeEach
    void someStockThatIsAdopted() {
        put("001", 100);
        put("002", 5);
        assertClean();
    }

    @Test
    void aLedgerOfAllEffectsIsClean() {
        settle("29", "001", 3);
        settle("30", "002", 9); // rejected
        place(
                "31",
                OrderItems.of(new OrderItem("001", 1), new OrderItem("002", 1), new OrderItem("001", 2)),
                Duration.ZERO);
        settleCopy("31", "001", 3);
        send(
                "POST",
                "/inventory/001/restocks",
                "{\"quantity\":10,\"restockId\":\"29\"}"); // an order's id, and it is no order
        put("003", 7);
        settleCopy("another-producers", "003", 2);

        AuditReport report = audit();

        assertThat(report.clean()).as("%s", report).isTrue();
        assertThat(report.found().drift().compared()).isEqualTo(3);
        assertThat(report.replayed().entries()).isEqualTo(6);
        assertThat(report.replayed().begunBecause()).isEqualTo("FIRST");
        assertThat(report.replayed().checkpoint()).isEqualTo(lastEntry());
        assertThat(report.round().lastSettled()).isEqualTo(4);
        assertThat(report.by()).isEqualTo("inventory-1");
        assertThat(Duration.between(report.auditedAt(), Instant.ofEpochMilli(redisNow())))
                .isBetween(Duration.ZERO, DEADLINE);
    }

    @Test
    void cancelledOrdersAreCleanAtEachStep() {
        settle("29", "001", 3);
        place("30", OrderItems.of(new OrderItem("001", 2)), Duration.ofSeconds(10));
        settle("31", "001", 1);
        askToCancel("30");
        askToCancel("31");
        assertClean();

        cancel("29");
        cancel("30");
        cancel("31");

        AuditReport report = audit();
        assertThat(report.clean()).as("%s", report).isTrue();
        assertThat(report.replayed().entries())
                .as("two stock levels, two orders, two returns, and one that took nothing")
                .isEqualTo(5);
        assertThat(report.round().lastSettled()).isEqualTo(3);
        assertThat(stock("001")).isEqualTo(100);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            status      | CANCELLING    | the order is CANCELLING
            status      | CONFIRMED     | the order is CONFIRMED
            cancelledBy | inventory-9/x | the order was cancelled by inventory-9/x
            cancelledAt | never         | the order was cancelled at another time
            """)
    void anEntryOfAReturnWhoseOrderSaysOtherwiseIsFound(String field, String value, String problem) {
        settle("29", "001", 3);
        assertClean();
        cancel("29");
        redis.opsForHash().put(RedisKeys.order(MAIN, "29"), field, value);

        assertThat(audit().found().entriesWithoutOrder().offenders())
                .containsExactly(lastEntry() + " (CANCELLED 29: " + problem + ")");
    }

    @Test
    void aReturnOfOtherUnitsThanWereTakenIsFound() {
        settle("29", "001", 3);
        cancel("29");
        Object by = redis.opsForHash().get(RedisKeys.order(MAIN, "29"), "cancelledBy");
        deleteEntry(lastEntry());
        String at = addEntry("CANCELLED", "29", "001=4", String.valueOf(by));

        assertThat(audit().found().entriesWithoutOrder().offenders())
                .containsExactly(at + " (CANCELLED 29: other units were ordered)");
    }

    @Test
    void unitsOfAnOrderThatWasCancelledBeforeItWasSettledAreFound() {
        place("29", OrderItems.of(new OrderItem("001", 2)), Duration.ofSeconds(10));
        cancel("29");
        Object by = redis.opsForHash().get(RedisKeys.order(MAIN, "29"), "settledBy");
        deleteEntry(lastEntry());
        String at = addEntry("CANCELLED", "29", "001=2", String.valueOf(by));

        assertThat(audit().found().entriesWithoutOrder().offenders())
                .containsExactly(at + " (CANCELLED 29: a cancelled order takes no units)");
    }

    @Test
    void stockThatReturnedTwiceIsFound() {
        settle("29", "001", 3);
        cancel("29");
        String first = lastEntry();
        Object by = redis.opsForHash().get(RedisKeys.order(MAIN, "29"), "cancelledBy");
        String second = addEntry("CANCELLED", "29", "001=3", String.valueOf(by));

        assertThat(audit().found().settledTwice().offenders())
                .containsExactly("return of 29 (" + first + " " + second + ")");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReturnWithoutAnEntryIsFound(boolean audited) {
        settle("29", "001", 3);
        cancel("29");
        if (audited) {
            assertClean();
        }
        deleteEntry(lastEntry());

        assertThat(audit().found().settledWithoutEntry())
                .isEqualTo(new AuditReport.Offenders(1, List.of("return of 29")));
        assertThat(audit().found().settledWithoutEntry().count())
                .as("remembered")
                .isEqualTo(1);
    }

    @Test
    void aStockThatSomebodyChangedIsFoundUntilItIsPutRight() {
        settle("29", "001", 3);
        redis.opsForHash().increment(RedisKeys.stock(MAIN), "001", -4);
        redis.opsForHash().put(RedisKeys.stock(MAIN), "002", "6");

        AuditReport report = audit();

        assertThat(report.clean()).isFalse();
        assertThat(report.found().drift().skus()).isEqualTo(2);
        assertThat(report.found().drift().units()).isEqualTo(5);
        assertThat(report.found().drift().offenders())
                .containsExactlyInAnyOrder(new Difference("001", 97, 93L, null), new Difference("002", 5, 6L, null));
        settle("30", "001", 1);
        assertThat(audit().found().drift().units())
                .as("the same, when orders go on")
                .isEqualTo(5);

        put("001", 96);
        assertThat(audit().found().drift().units()).isEqualTo(1);
        put("002", 0);
        assertClean();
        settle("32", "001", 6);
        assertClean();
    }

    @Test
    void aSkuThatSomebodyRemovedOrAddedIsFound() {
        redis.opsForHash().delete(RedisKeys.stock(MAIN), "002");
        redis.opsForHash().put(RedisKeys.stock(MAIN), "999", "8");

        assertThat(audit().found().drift())
                .isEqualTo(new AuditReport.Drift(
                        3, 2, 13, List.of(new Difference("999", 0, 8L, null), new Difference("002", 5, null, null))));

        put("002", 5);
        put("999", 8);
        assertClean();
    }

    @ParameterizedTest
    @ValueSource(strings = {"many", "", "1e3", "007", "+5", " 5", "5.0", "99999999999999999999"})
    void aStockThatIsNoNumberIsFoundAndPutRight(String text) {
        redis.opsForHash().put(RedisKeys.stock(MAIN), "002", text);

        assertThat(audit().found().drift().offenders()).containsExactly(new Difference("002", 5, null, text));

        put("002", 5);
        assertClean();
    }

    @Test
    void aStockThatIsTakenAwayAsAWholeIsFound() {
        redis.delete(RedisKeys.stock(MAIN));

        assertThat(audit().found().drift().units()).isEqualTo(105);
    }

    @Test
    void anEntryOfAnOrderThatNobodyPlacedIsFound() {
        String at = addEntry("CONFIRMED", "ghost", "001=-2", "inventory-1/x7Qa03_k");
        redis.opsForHash().increment(RedisKeys.stock(MAIN), "001", -2);

        AuditReport report = audit();

        assertThat(report.found().drift().skus()).isZero();
        assertThat(report.found().entriesWithoutOrder().count()).isEqualTo(1);
        assertThat(report.found().entriesWithoutOrder().offenders())
                .containsExactly(at + " (CONFIRMED ghost: there is no such order)");
        assertThat(audit().found().entriesWithoutOrder().count())
                .as("counted once")
                .isEqualTo(1);
    }

    @Test
    void aCopyOfAnEntryIsASecondSettlement() {
        settle("29", "001", 3);
        assertClean();
        Map<Object, Object> entry = ledger().get(ledger().size() - 1);
        String first = lastEntry();
        String second = addEntry("CONFIRMED", "29", "001=-3", String.valueOf(entry.get("by")));

        AuditReport report = audit();

        assertThat(report.found().settledTwice().offenders())
                .containsExactly("order 29 (" + first + " " + second + ")");
        assertThat(report.found().drift().units()).isEqualTo(3);
        assertThat(report.found().entriesWithoutOrder().count())
                .as("it is not told from the first by its fields")
                .isZero();

        deleteEntry(second);
        assertThat(audit().found().settledTwice().count()).isZero();
    }

    @Test
    void aCopyOfAnEntryLongAfterItsOrderIsFoundByItsTime() {
        settle("29", "001", 3);
        redis.opsForHash().put(RedisKeys.order(MAIN, "29"), "settledAt", String.valueOf(redisNow() - 61_000));

        assertThat(audit().found().entriesWithoutOrder().offenders())
                .singleElement()
                .asString()
                .endsWith(" (CONFIRMED 29: the order was settled at another time)");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            status    | REJECTED      | the order is REJECTED
            status    | PLACED        | the order is PLACED
            settledBy | inventory-9/x | the order was settled by inventory-9/x
            settledAt | never         | the order was settled at another time
            items     | 001=4         | other units were ordered
            items     | 001=3,002=1   | other units were ordered
            items     | nonsense      | other units were ordered
            """)
    void anEntryWhoseOrderSaysOtherwiseIsFound(String field, String value, String problem) {
        settle("29", "001", 3);
        redis.opsForHash().put(RedisKeys.order(MAIN, "29"), field, value);

        assertThat(audit().found().entriesWithoutOrder().offenders())
                .containsExactly(lastEntry() + " (CONFIRMED 29: " + problem + ")");
    }

    @Test
    void entriesThatCannotBeReadAreFoundAndCountForNothing() {
        addEntry("CONFIRMED", "29", "001=two", "me");
        addEntry("CONFIRMED", "29", "001=-2,,", "me");
        addEntry("SOLD", "29", "001=-2", "me");
        addEntry(Map.of("nothing", "x"));
        addEntry(Map.of("effect", "SET", "id", "s-1", "units", "001=1", "set", "001=1.5", "by", "me"));
        addEntry("RESTOCKED", "y".repeat(5000), "001=0x10", "me");
        addEntry("RESTOCKED", "r-1", "=", "me");

        AuditReport report = audit();

        assertThat(report.found().entriesWithoutOrder().count()).isEqualTo(7);
        assertThat(report.found().entriesWithoutOrder().offenders())
                .allSatisfy(finding ->
                        assertThat(finding).endsWith(": cannot be read)").hasSizeLessThan(200));
        assertThat(report.found().drift().skus()).isZero();
    }

    @Test
    void ofManyTheFirstTwentyAreNamed() {
        for (int i = 0; i < 1500; i++) {
            addEntry("REJECTED", "ghost-" + i, "", "me");
        }

        AuditReport.Offenders found = audit().found().entriesWithoutOrder();

        assertThat(found.count()).isEqualTo(1500);
        assertThat(found.offenders()).hasSize(20).first().asString().contains("ghost-0:");
    }

    /** The record is what keeps an order from being settled twice: here it was evicted, or somebody removed it. */
    @Test
    void anOrderThatWasSettledTwiceIsFound() {
        settle("29", "001", 3);
        assertClean();
        redis.delete(RedisKeys.order(MAIN, "29"));
        assertThat(settleCopy("29", "001", 3).code()).isEqualTo(Settlement.Code.CONFIRMED);

        AuditReport report = audit();

        assertThat(report.clean()).isFalse();
        assertThat(report.found().settledTwice().count()).isEqualTo(1);
        assertThat(report.found().settledTwice().offenders().get(0)).startsWith("order 29 (");
        assertThat(report.found().drift().skus())
                .as("stock and ledger agree: twice taken")
                .isZero();
        assertThat(report.found().entriesWithoutOrder().count()).isZero();
    }

    @Test
    void aRestockThatWasDoneTwiceIsFound() {
        String restock = "{\"quantity\":10,\"restockId\":\"r-1\"}";
        send("POST", "/inventory/001/restocks", restock);
        redis.delete(RedisKeys.restock(MAIN, "r-1"));
        send("POST", "/inventory/001/restocks", restock);

        assertThat(audit().found().settledTwice().offenders().get(0)).startsWith("change r-1 (");
    }

    @Test
    void aSettledOrderWithoutAnEntryIsFound() {
        settle("29", "001", 3);
        settle("30", "001", 1);
        String now = String.valueOf(redisNow());
        redis.opsForHash()
                .putAll(
                        RedisKeys.order(MAIN, "31"),
                        Map.of("status", "REJECTED", "settledAt", now, "settledBy", "inventory-1/x"));

        assertThat(audit().found().settledWithoutEntry()).isEqualTo(new AuditReport.Offenders(1, List.of("31")));
        assertThat(audit().found().settledWithoutEntry().count()).isEqualTo(1);

        redis.delete(RedisKeys.order(MAIN, "31"));
        assertClean();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            status    | REJECTED      | REJECTED by %2$s, but the ledger says CONFIRMED by %2$s
            settledBy | inventory-9/x | CONFIRMED by inventory-9/x, but the ledger says CONFIRMED by %2$s
            settledAt | never         | CONFIRMED at no time: no replica wrote that
            """)
    void anOrderThatWasChangedAfterItsEntryWasReplayedIsFound(String field, String value, String problem) {
        settle("29", "001", 3);
        assertClean();
        String by = String.valueOf(redis.opsForHash().get(RedisKeys.order(MAIN, "29"), "settledBy"));
        Object right = redis.opsForHash().get(RedisKeys.order(MAIN, "29"), field);
        redis.opsForHash().put(RedisKeys.order(MAIN, "29"), field, value);

        assertThat(audit().found().settledWithoutEntry().offenders())
                .containsExactly("29 (" + problem.formatted("", by) + ")");

        redis.opsForHash().put(RedisKeys.order(MAIN, "29"), field, String.valueOf(right));
        assertClean();
    }

    /** After the clock went back, an entry has the time of the one before it. */
    @Test
    void anOrderWhoseEntryHasAnotherTimeIsLookedForOnce() {
        settle("29", "001", 3);
        String settledAt = String.valueOf(redis.opsForHash().get(RedisKeys.order(MAIN, "29"), "settledAt"));
        redis.opsForHash()
                .put(RedisKeys.order(MAIN, "29"), "settledAt", String.valueOf(Long.parseLong(settledAt) + 1000));
        assertClean();
        OrderRound round = new OrderRound(MAIN);
        assertThat(round.suspects(pipeline, Deadline.in(DEADLINE))).containsExactly(Map.entry("29", ""));

        round.clear(List.of("29"));

        assertThat(round.suspects(pipeline, Deadline.in(DEADLINE))).isEmpty();
    }

    @Test
    void anOrderThatAHandSettledIsFound() {
        place("29", OrderItems.of(new OrderItem("001", 1)), Duration.ofHours(1));
        redis.opsForHash().put(RedisKeys.order(MAIN, "29"), "status", "CONFIRMED");

        assertThat(audit().found().settledWithoutEntry().offenders())
                .containsExactly("29 (CONFIRMED at no time: no replica wrote that)");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anEntryThatWasRemovedIsMissed(boolean audited) {
        settle("29", "001", 3);
        String at = lastEntry();
        settle("30", "001", 1);
        if (audited) {
            assertClean();
        }
        deleteEntry(at);

        AuditReport report = audit();

        assertThat(report.found().settledWithoutEntry().offenders()).containsExactly("29");
        assertThat(report.found().drift().units()).isEqualTo(audited ? 0 : 3);
    }

    @Test
    void theOldestUnsettledOrderHasAnAge() {
        assertThat(audit().oldestUnsettledSeconds()).isZero();
        place("29", OrderItems.of(new OrderItem("001", 1)), Duration.ofHours(1));
        place("30", OrderItems.of(new OrderItem("001", 1)), Duration.ofHours(1));
        redis.opsForHash().put(RedisKeys.order(MAIN, "30"), "placedAt", String.valueOf(redisNow() - 90_000));
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "restock r-1 001 5", 1);
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "order of another kind", 1);
        redis.opsForValue().set(RedisKeys.order(MAIN, "of another kind"), "x");

        assertThat(audit().oldestUnsettledSeconds()).isBetween(90.0, 90.0 + DEADLINE.toSeconds());
    }

    @Test
    void whatIsForgottenIsRightFromThenOn() {
        settle("29", "001", 3);
        assertClean();
        redis.delete(RedisKeys.order(MAIN, "29"));
        settleCopy("29", "001", 3);
        redis.opsForHash().put(RedisKeys.stock(MAIN), "002", "50");
        addEntry("CONFIRMED", "ghost", "001=-2", "me");
        redis.opsForHash()
                .putAll(
                        RedisKeys.order(MAIN, "31"),
                        Map.of("status", "REJECTED", "settledAt", String.valueOf(redisNow()), "settledBy", "me/x"));
        AuditReport before = audit();
        assertThat(before.found().settledTwice().count()).isEqualTo(1);
        assertThat(before.found().drift().skus()).isEqualTo(2);
        assertThat(before.found().entriesWithoutOrder().count()).isEqualTo(1);

        assertThat(send("DELETE", "/audit", null).statusCode()).isEqualTo(204);

        AuditReport after = audit();
        assertThat(after.clean()).as("%s", after).isTrue();
        assertThat(after.replayed().begunBecause()).isEqualTo("FORGOTTEN");
        assertThat(after.replayed().entries()).isZero();
        settleCopy("ghost", "001", 1);
        assertThat(audit().found().settledTwice().offenders())
                .as("what happens from then on is seen")
                .singleElement()
                .asString()
                .startsWith("order ghost (");
    }

    @Test
    void aLedgerThatWasTrimmedPastTheCheckpointBeginsAnewAndSaysSo() {
        settle("29", "001", 3);
        settle("30", "001", 3);
        redis.opsForHash().increment(RedisKeys.stock(MAIN), "001", -1);
        redis.opsForStream().trim(RedisKeys.ledger(MAIN), 1);

        AuditReport report = audit();

        assertThat(report.replayed().begunBecause()).isEqualTo("LEDGER_TRIMMED");
        assertThat(report.found().drift().skus()).as("what is, is right").isZero();
        assertThat(report.found().ledgerGaps()).isEqualTo(1);
        assertThat(report.clean()).as("nobody knows what they were").isFalse();
        settle("31", "001", 3);
        assertThat(audit().replayed().begunBecause()).isEqualTo("LEDGER_TRIMMED");
        assertThat(audit().found().ledgerGaps()).as("counted once").isEqualTo(1);

        send("DELETE", "/audit", null);
        assertClean();
    }

    @Test
    void aLedgerThatWasTrimmedUpToTheCheckpointLosesNothing() {
        redis.opsForStream().trim(RedisKeys.ledger(MAIN), 1); // the entry at the checkpoint is left
        settle("29", "001", 3);
        redis.opsForHash().increment(RedisKeys.stock(MAIN), "001", -1);

        AuditReport report = audit();

        assertThat(report.replayed().begunBecause()).isEqualTo("FIRST");
        assertThat(report.found().drift().units()).isEqualTo(1);
    }

    /** An older one has no field for it. */
    @Test
    void anEntryThatSetsAddsItsUnitsIfItDoesNotSayTheLevel() {
        addEntry("SET", "set-1", "001=20", "inventory-0/x");
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "120");

        assertClean();
    }

    @Test
    void whileRedisIsAwayTheAnswerIs503AndAfterwardsItGoesOn() {
        REDIS.kill();
        try {
            HttpResponse<String> answer = get("/audit");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            assertThat(send("DELETE", "/audit", null).statusCode()).isEqualTo(503);
        } finally {
            REDIS.restart();
        }
        put("001", 9);

        assertThat(audit().replayed().begunBecause())
                .as("this Redis keeps nothing")
                .isEqualTo("FIRST");
    }

    @Test
    void aLedgerThatIsTakenAwayIsFound() {
        settle("29", "001", 3);
        assertClean();
        redis.delete(RedisKeys.ledger(MAIN));

        assertThat(audit().found().ledgerGaps()).isEqualTo(1);
    }

    @Test
    void aLedgerOfAnotherTypeIsSaidInWords() {
        redis.delete(RedisKeys.ledger(MAIN));
        redis.opsForValue().set(RedisKeys.ledger(MAIN), "x");

        HttpResponse<String> answer = get("/audit");

        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).contains("urn:exactly-once:problem:damaged-data", "WRONGTYPE");
        assertThat(answer.headers().firstValue("Retry-After")).isEmpty();
    }

    @Test
    void whateverAHandWroteIntoItsOwnKeysADeleteBeginsAnew() {
        redis.opsForHash()
                .putAll(
                        RedisKeys.audit(MAIN),
                        Map.of("begunAt", "x", "entries", "-", "unmatched", "?", "forgottenAt", ""));
        assertThat(get("/audit").statusCode()).isEqualTo(200);
        redis.opsForHash().put(RedisKeys.audit(MAIN), "checkpoint", "nowhere");
        assertThat(audit().replayed().begunBecause()).isEqualTo("CHECKPOINT_DAMAGED");
        for (String key : List.of(RedisKeys.audit(MAIN), RedisKeys.auditStock(MAIN), RedisKeys.auditFindings(MAIN))) {
            redis.delete(key);
            redis.opsForValue().set(key, "x");
            assertThat(get("/audit").statusCode()).as(key).isEqualTo(500);

            assertThat(send("DELETE", "/audit", null).statusCode()).as(key).isEqualTo(204);
            assertClean();
        }
    }

    @Test
    void aFullRedisRefusesTheAuditAndNothingHasHappened() {
        settle("29", "001", 3);
        Map<Object, Object> before = redis.opsForHash().entries(RedisKeys.auditStock(MAIN));
        configure("maxmemory", "1");
        try {
            assertThat(get("/audit").statusCode()).isEqualTo(503);
        } finally {
            configure("maxmemory", "0");
        }
        assertThat(redis.opsForHash().entries(RedisKeys.auditStock(MAIN))).isEqualTo(before);

        assertClean();
    }

    @Test
    void aRedisThatLostItsScriptsIsGivenThemAgain() {
        redis.execute((RedisCallback<Object>) connection -> {
            connection.scriptingCommands().scriptFlush();
            return null;
        });

        assertClean();
    }
}
