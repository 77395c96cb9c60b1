package io.github.exactlyonce.inventory.audit;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.WithRedis;
import io.github.exactlyonce.inventory.stock.Settlement;
import io.github.exactlyonce.inventory.stock.StockLedger;
import io.github.exactlyonce.inventory.warehouses.ServedWarehouses;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.connection.stream.StreamRecords;
import tools.jackson.databind.json.JsonMapper;

/** The whole service, and hands that are in its Redis. */
abstract class WithAudit extends WithRedis {

    @Autowired
    protected StockLedger stockLedger;

    @Autowired
    protected Replica replica;

    @Autowired
    protected Pipelines pipelines;

    @Autowired
    protected InventoryProperties properties;

    @Autowired
    private WarehouseRegistry registry;

    @Autowired
    private ServedWarehouses served;

    @Autowired
    protected JsonMapper json;

    /** What another replica has, which remembers nothing yet. */
    protected Auditor anotherAuditor() {
        return anotherProcess(new AuditMeters(new SimpleMeterRegistry())).of(MAIN);
    }

    protected Auditors anotherProcess(AuditMeters meters) {
        return new Auditors(properties, replica, pipelines, registry, served, new Fingerprints(), meters, json);
    }

    /** Over HTTP, as a person has it done. */
    protected AuditReport audit() {
        HttpResponse<String> answer = get("/audit");
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        AuditReport report = json.readValue(answer.body(), AuditReport.class);
        assertThat(report.complete()).isTrue();
        return report;
    }

    protected void assertClean() {
        AuditReport report = audit();
        assertThat(report.clean()).as("%s", report).isTrue();
    }

    protected void put(String sku, int quantity) {
        assertThat(send("PUT", "/inventory/" + sku, "{\"quantity\":" + quantity + "}")
                        .statusCode())
                .isEqualTo(200);
    }

    protected void settle(String id, String sku, int quantity) {
        place(id, OrderItems.of(new OrderItem(sku, quantity)), Duration.ofSeconds(10));
        settleCopy(id, sku, quantity);
    }

    /** As when a message of it comes. */
    protected Settlement settleCopy(String id, String sku, int quantity) {
        StockLedger.Order order = new StockLedger.Order(
                MAIN, id, "", OrderItems.of(new OrderItem(sku, quantity)).packed(), replica.newOwnerToken(), false);
        return stockLedger.settleAll(pipeline, List.of(order)).get(0).require();
    }

    /** A client cancels it, and no replica hears of that. */
    protected void askToCancel(String id) {
        cancelOrder(id, Duration.ofSeconds(10), "nobody");
    }

    /** As {@link #askToCancel}, with all that replicas have to do then. */
    protected void cancel(String id) {
        askToCancel(id);
        StockLedger.Order order = new StockLedger.Order(MAIN, id, "", "", replica.newOwnerToken(), false);
        stockLedger.settleAll(pipeline, List.of(order)).get(0).require();
        StockLedger.Cancelled cancelled = new StockLedger.Cancelled(MAIN, id, replica.newOwnerToken());
        stockLedger.returnAll(pipeline, List.of(cancelled)).get(0).require();
    }

    /** @return its id */
    protected String addEntry(String effect, String id, String units, String by) {
        return addEntry(Map.of("effect", effect, "id", id, "units", units, "by", by));
    }

    protected String addEntry(Map<String, String> fields) {
        return String.valueOf(
                redis.opsForStream().add(StreamRecords.mapBacked(fields).withStreamKey(RedisKeys.ledger(MAIN))));
    }

    protected List<MapRecord<String, Object, Object>> entries() {
        return redis.opsForStream().range(RedisKeys.ledger(MAIN), Range.unbounded());
    }

    protected String lastEntry() {
        List<MapRecord<String, Object, Object>> all = entries();
        return all.get(all.size() - 1).getId().getValue();
    }

    protected void deleteEntry(String at) {
        assertThat(redis.opsForStream().delete(RedisKeys.ledger(MAIN), at)).isEqualTo(1);
    }
}
