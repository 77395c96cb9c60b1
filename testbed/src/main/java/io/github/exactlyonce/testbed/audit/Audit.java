package io.github.exactlyonce.testbed.audit;

import static io.github.exactlyonce.testbed.audit.Finding.CANCELLED_UNASKED;
import static io.github.exactlyonce.testbed.audit.Finding.DEAD_LETTER;
import static io.github.exactlyonce.testbed.audit.Finding.JOB_LEFT;
import static io.github.exactlyonce.testbed.audit.Finding.LEDGER_TRIMMED;
import static io.github.exactlyonce.testbed.audit.Finding.LOST;
import static io.github.exactlyonce.testbed.audit.Finding.NEVER_PLACED;
import static io.github.exactlyonce.testbed.audit.Finding.NEVER_RETURNED;
import static io.github.exactlyonce.testbed.audit.Finding.NOT_CANCELLED;
import static io.github.exactlyonce.testbed.audit.Finding.OVERSOLD;
import static io.github.exactlyonce.testbed.audit.Finding.RECORD_DIFFERS;
import static io.github.exactlyonce.testbed.audit.Finding.REFUSED_TO_CANCEL;
import static io.github.exactlyonce.testbed.audit.Finding.RETURNED_AGAIN;
import static io.github.exactlyonce.testbed.audit.Finding.SETTLED_AGAIN;
import static io.github.exactlyonce.testbed.audit.Finding.STOCK_DIFFERS;
import static io.github.exactlyonce.testbed.audit.Finding.WRONG_UNITS;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.load.Cancellations;
import io.github.exactlyonce.testbed.load.Order;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Says for each order whether its effect happened exactly once, and only then compares the sums: in a sum, a lost order
 * and one that was settled twice cancel each other out. What a cancelled order had taken must have returned, once, and as it was taken.
 *
 * <p>Reads the keys of {@link io.github.exactlyonce.contracts.RedisKeys} and changes nothing. Expects a Redis that was empty
 * at the start and in which nothing moves any more.
 */
public final class Audit {

    private final Map<String, Order> orders = new LinkedHashMap<>();
    private final Map<String, Long> startStock;
    private final History history;
    private final Map<String, List<LedgerEntry>> settlements = new HashMap<>();
    private final Map<String, List<LedgerEntry>> returns = new HashMap<>();
    private final Findings findings = new Findings();
    private final Cancellations cancellations;
    private final boolean hadFailover;
    private int takenBack;
    private int cancellationsTakenBack;

    private Audit(
            Collection<Order> accepted,
            Cancellations cancellations,
            Map<String, Long> startStock,
            History history,
            boolean hadFailover) {
        this.cancellations = cancellations;
        this.hadFailover = hadFailover;
        accepted.forEach(order -> orders.put(order.orderId(), order));
        this.startStock = startStock;
        this.history = history;
        for (LedgerEntry entry : history.ledger()) {
            if (entry.settlesAnOrder()) {
                settlements.computeIfAbsent(entry.id(), id -> new ArrayList<>()).add(entry);
            } else if (entry.returnsStock()) {
                returns.computeIfAbsent(entry.id(), id -> new ArrayList<>()).add(entry);
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

    /** As {@link #of(StatefulRedisConnection, Collection, Map)}, where some of the orders were cancelled. */
    public static AuditReport of(
            StatefulRedisConnection<String, String> redis,
            Collection<Order> accepted,
            Cancellations cancellations,
            Map<String, Long> startStock) {
        return new Audit(accepted, cancellations, startStock, read(redis, Warehouse.MAIN, accepted), false).report();
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
        return new Audit(accepted, Cancellations.NONE, startStock, read(redis, warehouse, accepted), false).report();
    }

    /**
     * As {@link #of(StatefulRedisConnection, Collection, Map)}, on a Redis that had a failover. Replication is asynchronous, so it may have taken back orders that it
     * had accepted: those of which nothing is left, neither record nor effect. They are counted, and of no further interest, and so are
     * cancellations of which nothing is left; everything that is left must be as consistent as ever.
     */
    public static AuditReport afterFailover(
            StatefulRedisConnection<String, String> redis,
            Collection<Order> accepted,
            Cancellations cancellations,
            Map<String, Long> startStock) {
        Audit audit = new Audit(accepted, cancellations, startStock, read(redis, Warehouse.MAIN, accepted), true);
        audit.forgetWhatWasTakenBack();
        return audit.report();
    }

    private static History read(
            StatefulRedisConnection<String, String> redis, Warehouse warehouse, Collection<Order> accepted) {
        return History.read(
                redis, warehouse, accepted.stream().map(Order::orderId).toList());
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
        returns.keySet().stream()
                .filter(id -> !orders.containsKey(id))
                .forEach(id -> findings.add(NEVER_PLACED, id + ": " + returns.get(id)));
        checkStock();
        history.jobs().forEach(job -> findings.add(JOB_LEFT, job));
        history.deadLetters().forEach(letter -> findings.add(DEAD_LETTER, letter));
        if (history.ledgerWasTrimmed()) {
            findings.add(LEDGER_TRIMMED, "audit fewer orders or let inventory.ledger-length be larger");
        }
        return new AuditReport(
                orders.size(),
                count(entry -> entry.effect().equals("CONFIRMED")),
                count(entry -> entry.effect().equals("REJECTED")),
                count(LedgerEntry::returnsStock),
                count(entry -> entry.effect().equals("CANCELLED") && !entry.returnsStock()),
                new AuditReport.TakenBack(takenBack, cancellationsTakenBack),
                findings.all());
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
        checkCancellation(id, record, entry, returns.getOrDefault(id, List.of()));
    }

    private void checkCancellation(
            String id, Map<String, String> record, LedgerEntry settlement, List<LedgerEntry> returned) {
        String status = record.getOrDefault("status", "");
        if (returned.size() > 1 || !returned.isEmpty() && !settlement.effect().equals("CONFIRMED")) {
            findings.add(RETURNED_AGAIN, id + ": " + settlement + ", " + returned);
            return;
        }
        if (returned.isEmpty() && status.equals("CANCELLING")) {
            findings.add(NEVER_RETURNED, id + ": " + record);
            return;
        }
        String due = returned.isEmpty() ? settlement.effect() : "CANCELLED";
        String returnedBy = returned.isEmpty() ? null : returned.get(0).by();
        if (!status.equals(due)
                || !settlement.by().equals(record.get("settledBy"))
                || !Objects.equals(returnedBy, record.get("cancelledBy"))) {
            findings.add(RECORD_DIFFERS, id + ": " + record + ", ledger " + settlement + ", returned " + returned);
        }
        if (!returned.isEmpty() && !returned.get(0).units().equals(negated(settlement.units()))) {
            findings.add(WRONG_UNITS, id + ": " + returned + " instead of what was taken: " + settlement);
        }
        boolean isCancelled = due.equals("CANCELLED");
        if (isCancelled && !cancellations.asked().contains(id)) {
            findings.add(CANCELLED_UNASKED, id + ": " + record);
        } else if (!isCancelled && cancellations.promised().contains(id)) {
            if (hadFailover) {
                cancellationsTakenBack++;
            } else {
                findings.add(NOT_CANCELLED, id + ": " + record);
            }
        }
        if (!settlement.effect().equals("REJECTED") && cancellations.refused().contains(id) && !hadFailover) {
            findings.add(REFUSED_TO_CANCEL, id + ": " + record);
        }
    }

    private static Map<String, Long> negated(Map<String, Long> units) {
        Map<String, Long> negated = new TreeMap<>();
        units.forEach((sku, count) -> negated.put(sku, -count));
        return negated;
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
                .filter(this::hasTaken)
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

    private boolean hasTaken(Order order) {
        String status = history.records().get(order.orderId()).getOrDefault("status", "");
        return status.equals("CONFIRMED") || status.equals("CANCELLING");
    }

    private static Map<String, Long> unitsTakenBy(Order order) {
        Map<String, Long> units = new TreeMap<>();
        for (OrderItem item : order.items().list()) {
            units.merge(item.id(), -(long) item.quantity(), Long::sum);
        }
        return units;
    }

    private long count(Predicate<LedgerEntry> entries) {
        return history.ledger().stream().filter(entries).count();
    }
}
