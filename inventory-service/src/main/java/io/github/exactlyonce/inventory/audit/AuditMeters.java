package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.inventory.audit.AuditReport.Found;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * The last complete audit, whoever made it, as meters: the same on each replica. There are none before the first one: a gauge
 * without a value would be NaN, which is no JSON, and cost Datadog all metrics of that minute.
 */
@Component
final class AuditMeters {

    private final MeterRegistry meters;
    private volatile @Nullable Shown shown;

    AuditMeters(MeterRegistry meters) {
        this.meters = meters;
    }

    /** @param redisNow in Unix milliseconds, at this moment */
    void show(AuditReport report, long redisNow) {
        boolean isFirst = shown == null;
        shown = new Shown(report, redisNow, System.nanoTime());
        if (isFirst) {
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
        Gauge.builder("inventory.audit.oldest.unsettled", () -> value(AuditReport::oldestUnsettledSeconds))
                .description("For how long the oldest placed order had not been settled")
                .baseUnit("seconds")
                .register(meters);
        Gauge.builder("inventory.audit.age", this::age)
                .description("Since the last complete audit began")
                .baseUnit("seconds")
                .register(meters);
    }

    private void gauge(String name, String description, ToDoubleFunction<Found> value) {
        Gauge.builder("inventory.audit." + name, () -> value(report -> value.applyAsDouble(report.found())))
                .description(description)
                .register(meters);
    }

    private double value(ToDoubleFunction<AuditReport> value) {
        Shown last = shown;
        return last == null ? Double.NaN : value.applyAsDouble(last.report());
    }

    private double age() {
        Shown last = shown;
        return last == null
                ? Double.NaN
                : (last.redisNow() - last.report().auditedAt().toEpochMilli()) / 1e3
                        + (System.nanoTime() - last.nanos()) / 1e9;
    }

    /** @param nanos of the JVM, when Redis's clock said {@code redisNow} */
    private record Shown(AuditReport report, long redisNow, long nanos) {}
}
