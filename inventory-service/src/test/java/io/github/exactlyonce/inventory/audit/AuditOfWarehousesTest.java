package io.github.exactlyonce.inventory.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.stock.StockLedger;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.StreamRecords;

/** The same SKUs and the same order in two warehouses. */
class AuditOfWarehousesTest extends WithAudit {

    private static final Warehouse BERLIN = new Warehouse("berlin");
    private static final Warehouse PARIS = new Warehouse("paris");
    private static final LuaScript PLACE_ORDER = LuaScript.returningList("place-order.lua");

    @BeforeEach
    void theSameInBoth() {
        for (Warehouse warehouse : List.of(BERLIN, PARIS)) {
            HttpResponse<String> put = send("PUT", "/inventory/001?warehouse=" + warehouse, "{\"quantity\":10}");
            assertThat(put.statusCode()).isEqualTo(200);
            assertThat(audit(warehouse).clean()).as("the baseline").isTrue();
            settle(warehouse);
        }
    }

    @Test
    void eachIsAuditedByItself() {
        assertThat(audit(BERLIN).clean()).isTrue();
        assertThat(audit(PARIS).replayed().entries()).isEqualTo(1);

        redis.opsForHash().increment(RedisKeys.stock(BERLIN), "001", -3);
        redis.delete(RedisKeys.order(PARIS, "29"));

        AuditReport berlin = audit(BERLIN);
        assertThat(berlin.found().drift().units()).isEqualTo(3);
        assertThat(berlin.found().entriesWithoutOrder().count()).isZero();
        assertThat(audit(PARIS).found().nothing())
                .as("it was compared before it went")
                .isTrue();
        assertThat(audit(Warehouse.MAIN).clean()).isTrue();
    }

    /** They share the fingerprints of what has happened. */
    @Test
    void whatHappenedOnceInEachHasNotHappenedTwice() {
        assertThat(audit(BERLIN).clean()).isTrue();
        assertThat(audit(PARIS).clean()).isTrue();

        redis.opsForStream().add(StreamRecords.mapBacked(entryOf(PARIS)).withStreamKey(RedisKeys.ledger(PARIS)));

        assertThat(audit(BERLIN).found().settledTwice().count()).isZero();
        assertThat(audit(PARIS).found().settledTwice().offenders())
                .singleElement()
                .asString()
                .startsWith("order 29");
    }

    @Test
    void anOrderThatIsSettledWithoutAnEntryIsFoundWhereItIs() {
        Map<Object, Object> entry = entryOf(PARIS);
        redis.opsForHash().put(RedisKeys.order(PARIS, "30"), "status", "CONFIRMED");
        redis.opsForHash().put(RedisKeys.order(PARIS, "30"), "settledAt", String.valueOf(redisNow()));
        redis.opsForHash().put(RedisKeys.order(PARIS, "30"), "settledBy", String.valueOf(entry.get("by")));

        assertThat(audit(PARIS).found().settledWithoutEntry().offenders()).containsExactly("30");
        assertThat(audit(BERLIN).found().settledWithoutEntry().count()).isZero();
    }

    @Test
    void theMetersSpeakOfAllOfThem() throws Exception {
        SimpleMeterRegistry meters = new SimpleMeterRegistry();
        AuditWorker worker = anotherProcess(new AuditMeters(meters)).open(() -> Set.of(BERLIN, PARIS));
        redis.opsForHash().increment(RedisKeys.stock(BERLIN), "001", -3);
        redis.opsForHash().increment(RedisKeys.stock(PARIS), "001", 4);

        worker.tick(pipeline);

        assertThat(meters.get("inventory.audit.drift.units").gauge().value()).isEqualTo(7);
        assertThat(meters.get("inventory.audit.drift.skus").gauge().value()).isEqualTo(2);
    }

    @Test
    void thereIsNoAuditOfAWarehouseThatIsNotThere() {
        HttpResponse<String> answer = get("/audit?warehouse=nowhere");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.body()).contains("unknown-warehouse").contains("There is no warehouse nowhere.");
        assertThat(send("DELETE", "/audit?warehouse=nowhere", "").statusCode()).isEqualTo(404);
        assertThat(redis.keys("audit*{nowhere}*")).isEmpty();
    }

    private AuditReport audit(Warehouse warehouse) {
        HttpResponse<String> answer = get("/audit?warehouse=" + warehouse);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json.readValue(answer.body(), AuditReport.class);
    }

    private Map<Object, Object> entryOf(Warehouse warehouse) {
        return redis.opsForStream()
                .range(RedisKeys.ledger(warehouse), Range.unbounded())
                .get(1)
                .getValue();
    }

    private void settle(Warehouse warehouse) {
        String items = OrderItems.of(new OrderItem("001", 1)).packed();
        ScriptCall place = ScriptCall.on(RedisKeys.order(warehouse, "29"), RedisKeys.jobs(warehouse))
                .with("record", "29", 10_000, "", "", items, "", "", "");
        pipeline.eval(PLACE_ORDER, place).require();
        StockLedger.Order order = new StockLedger.Order(warehouse, "29", "", items, replica.newOwnerToken(), false);
        stockLedger.settleAll(pipeline, List.of(order)).get(0).require();
    }
}
