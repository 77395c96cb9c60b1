package io.github.exactlyonce.testbed.audit;

import static io.github.exactlyonce.testbed.audit.Finding.DEAD_LETTER;
import static io.github.exactlyonce.testbed.audit.Finding.JOB_LEFT;
import static io.github.exactlyonce.testbed.audit.Finding.LEDGER_TRIMMED;
import static io.github.exactlyonce.testbed.audit.Finding.LOST;
import static io.github.exactlyonce.testbed.audit.Finding.NEVER_PLACED;
import static io.github.exactlyonce.testbed.audit.Finding.OVERSOLD;
import static io.github.exactlyonce.testbed.audit.Finding.RECORD_DIFFERS;
import static io.github.exactlyonce.testbed.audit.Finding.SETTLED_AGAIN;
import static io.github.exactlyonce.testbed.audit.Finding.STOCK_DIFFERS;
import static io.github.exactlyonce.testbed.audit.Finding.WRONG_UNITS;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.load.Order;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Says for each order whether its effect happened exactly once, and only then compares the sums: in a sum, a lost order
 * and one that was settled twice cancel each other out.
 *
 * <p>Reads the keys of {@link io.github.exactlyonce.contracts.RedisKeys} and changes nothing. Expects a Redis that was empty
 * at the start and in which nothing moves any more.
 */
public final class Audit {

    private final Map<String, Order> orders = new LinkedHashMap<>();
    private final Map<String, Long> startStock;
    private final History history;
    private final Map<String, List<LedgerEntry>> settlements = new HashMap<>();
    private final Findings findings = new Findings();
    private int takenBack;

    private Audit(Collection<Order> accepted, Map<String, Long> startStock, History history) {
        accepted.forEach(order -> orders.put(order.orderId(), order));
        this.startStock = startStock;
        this.history = history;
        for (LedgerEntry entry : history.ledger()) {
            if (entry.settlesAnOrder()) {
                settlements.computeIfAbsent(entry.id(), id -> new ArrayList<>()).add(entry);
            }
        }
    }

    /**
     * @param accepted the orders that clients were told are accepted
     * @param startStock SKU → units that there were before the first order
     */
    public static AuditReport of(
            StatefulRedisConnection<String, String> redis, Collection<Order> accepted, Map<String, Long> startStock) {
        return of(redis, Warehouse.MAIN, accepted, startStock);
    }

    /**
     * As {@link #of(StatefulRedisConnection, Collection, Map)}, of another warehouse.
     *
     * @param redis to whoever holds it
     * @param accepted orders for it
     */
    public static AuditReport of(
            StatefulRedisConnection<String, String> redis,
            Warehouse warehouse,
            Collection<Order> accepted,
            Map<String, Long> startStock) {
        List<String> ids = accepted.stream().map(Order::orderId).toList();
        return new Audit(accepted, startStock, History.read(redis, warehouse, ids)).report();
    }

    /**
     * As {@link #of(StatefulRedisConnection, Collection, Map)}, on a Redis that had a failover. Replication is asynchronous, so it may have taken back orders that it
     * had accepted: those of which nothing is left, neither record nor effect. They are counted, and of no further interest;
     * everything that is left must be as consistent as ever.
     */
    public static AuditReport afterFailover(
            StatefulRedisConnection<String, String> redis, Collection<Order> accepted, Map<String, Long> startStock) {
        List<String> ids = accepted.stream().map(Order::orderId).toList();
        Audit audit = new Audit(accepted, startStock, History.read(redis, Warehouse.MAIN, ids));
        audit.forgetWhatWasTakenBack();
        return audit.report();
    }

    private void forgetWhatWasTakenBack() {
        orders.keySet().removeIf(id -> history.records().get(id).isEmpty() && !settlements.containsKey(id));
        takenBack = history.records().size() - orders.size();
    }

    private AuditReport report() {
        orders.values().forEach(this::checkOrder);
        settlements.keySet().stream()
                .filter(id -> !orders.containsKey(id))
                .forEach(id -> findings.add(NEVER_PLACED, id + ": " + settlements.get(id)));
        checkStock();
        history.jobs().forEach(job -> findings.add(JOB_LEFT, job));
        history.deadLetters().forEach(letter -> findings.add(DEAD_LETTER, letter));
        if (history.ledgerWasTrimmed()) {
            findings.add(LEDGER_TRIMMED, "audit fewer orders or let inventory.ledger-length be larger");
        }
        return new AuditReport(orders.size(), count("CONFIRMED"), count("REJECTED"), takenBack, findings.all());
    }

    private void checkOrder(Order order) {
        String id = order.orderId();
        Map<String, String> record = history.records().get(id);
        List<LedgerEntry> entries = settlements.getOrDefault(id, List.of());
        if (entries.isEmpty()) {
            findings.add(LOST, id + ": its record is " + (record.isEmpty() ? "gone" : record));
            return;
        }
        if (entries.size() > 1) {
            findings.add(SETTLED_AGAIN, id + ": " + entries);
            return;
        }
        LedgerEntry entry = entries.get(0);
        Map<String, Long> due = entry.effect().equals("CONFIRMED") ? unitsTakenBy(order) : Map.of();
        if (!entry.units().equals(due)) {
            findings.add(WRONG_UNITS, id + ": " + entry + " instead of " + due);
        }
        if (!entry.effect().equals(record.get("status")) || !entry.by().equals(record.get("settledBy"))) {
            findings.add(RECORD_DIFFERS, id + ": " + record + ", ledger " + entry);
        }
    }

    private void checkStock() {
        Map<String, Long> ledgerSum = new HashMap<>();
        for (LedgerEntry entry : history.ledger()) {
            entry.units().forEach((sku, units) -> {
                long sum = ledgerSum.getOrDefault(sku, 0L) + units;
                long level = entry.levels().getOrDefault(sku, sum);
                ledgerSum.put(sku, level);
                if (level < 0) {
                    findings.add(OVERSOLD, sku + " after " + entry);
                }
            });
        }
        Map<String, Long> left = new HashMap<>(startStock);
        orders.values().stream()
                .filter(this::isConfirmed)
                .forEach(order -> unitsTakenBy(order).forEach((sku, units) -> left.merge(sku, units, Long::sum)));
        Set<String> skus = new TreeSet<>(history.stock().keySet());
        skus.addAll(ledgerSum.keySet());
        skus.addAll(left.keySet());
        for (String sku : skus) {
            long is = history.stock().getOrDefault(sku, 0L);
            long byOrders = left.getOrDefault(sku, 0L);
            long byLedger = ledgerSum.getOrDefault(sku, 0L);
            if (is != byOrders || is != byLedger) {
                findings.add(
                        STOCK_DIFFERS,
                        "%s is %d; start minus confirmed orders %d; sum of the ledger %d"
                                .formatted(sku, is, byOrders, byLedger));
            }
            if (is < 0) {
                findings.add(OVERSOLD, sku + " is " + is);
            }
        }
    }

    private boolean isConfirmed(Order order) {
        return "CONFIRMED".equals(history.records().get(order.orderId()).get("status"));
    }

    private static Map<String, Long> unitsTakenBy(Order order) {
        Map<String, Long> units = new TreeMap<>();
        for (OrderItem item : order.items().list()) {
            units.merge(item.id(), -(long) item.quantity(), Long::sum);
        }
        return units;
    }

    private long count(String effect) {
        return history.ledger().stream()
                .filter(entry -> entry.effect().equals(effect))
                .count();
    }
}
