package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.audit.AuditReport.Found;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;

/**
 * The last complete audits, whoever made them, as meters: the same on each replica that serves the same warehouses. They speak of all of
 * these together, for a meter for each would be too many; the log and {@code GET /audit} say of which. There are none before the first one: a gauge
 * without a value would be NaN, which is no JSON, and cost Datadog all metrics of that minute.
 */
@Component
final class AuditMeters {

    private final MeterRegistry meters;
    private final AtomicBoolean registered = new AtomicBoolean();
    private final Map<Warehouse, Shown> shown = new ConcurrentHashMap<>();

    AuditMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    /** @param redisNow in Unix milliseconds, at this moment */
    void show(Warehouse warehouse, AuditReport report, long redisNow) {
        shown.put(warehouse, new Shown(report, redisNow, System.nanoTime()));
        if (registered.compareAndSet(false, true)) {
            register();
        }
    }

    private void register() {
        gauge(
                "drift.units",
                "Units by which stock and ledger differ, over all SKUs",
                report -> report.drift().units());
        gauge(
                "drift.skus",
                "SKUs whose stock is not what the ledger says",
                report -> report.drift().skus());
        gauge(
                "settled.twice",
                "Orders and stock changes with more than one entry in the ledger",
                found -> found.settledTwice().count());
        gauge(
                "entries.without.order",
                "Entries of the ledger that no record of an order confirms",
                found -> found.entriesWithoutOrder().count());
        gauge(
                "settled.without.entry",
                "Settled orders of which the ledger says nothing, or something else",
                found -> found.settledWithoutEntry().count());
        gauge(
                "ledger.gaps",
                "How often entries of the ledger were gone before any audit had seen them",
                Found::ledgerGaps);
        Gauge.builder(
                        "inventory.audit.oldest.unsettled",
                        () -> worst(last -> last.report().oldestUnsettledSeconds()))
                .description("For how long the oldest placed order had not been settled")
                .baseUnit("seconds")
                .register(meters);
        Gauge.builder("inventory.audit.age", () -> worst(Shown::age))
                .description("Since the last complete audit began, of the warehouse where that is longest ago")
                .baseUnit("seconds")
                .register(meters);
    }

    private void gauge(String name, String description, ToDoubleFunction<Found> value) {
        Gauge.builder("inventory.audit." + name, () -> sum(value))
                .description(description)
                .register(meters);
    }

    private double sum(ToDoubleFunction<Found> value) {
        return shown.values().stream()
                .mapToDouble(last -> value.applyAsDouble(last.report().found()))
                .sum();
    }

    private double worst(ToDoubleFunction<Shown> value) {
        return shown.values().stream().mapToDouble(value).max().orElse(0);
    }

    /** @param nanos of the JVM, when Redis's clock said {@code redisNow} */
    private record Shown(AuditReport report, long redisNow, long nanos) {

        double age() {
            return (redisNow - report.auditedAt().toEpochMilli()) / 1e3 + (System.nanoTime() - nanos) / 1e9;
        }
    }
}
