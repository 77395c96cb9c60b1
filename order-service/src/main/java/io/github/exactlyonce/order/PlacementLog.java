package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.order.Placement.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/**
 * Tells operators what became of each attempt: the counter {@code orders.placed} by outcome, a line per new order, and the
 * counter {@code orders.durability} for orders that had to be somewhere else than in memory.
 */
@Component
class PlacementLog {

    private static final Logger log = LoggerFactory.getLogger(PlacementLog.class);

    private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
    private final Map<Durability, Counter> reached = new EnumMap<>(Durability.class);
    private final Map<Durability, Counter> missed = new EnumMap<>(Durability.class);

    PlacementLog(MeterRegistry meters) {
        for (Outcome outcome : Outcome.values()) {
            counters.put(
                    outcome,
                    Counter.builder("orders.placed")
                            .description("Attempts to place an order that Redis answered, by what came of them")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
        for (Durability level : EnumSet.complementOf(EnumSet.of(Durability.MEMORY))) {
            reached.put(level, durability(meters, level, "reached"));
            missed.put(level, durability(meters, level, "missed"));
        }
    }

    private static Counter durability(MeterRegistry meters, Durability level, String outcome) {
        return Counter.builder("orders.durability")
                .description("Orders that Redis recorded, by where they had to be and whether they were there in time")
                .tag("level", level.text())
                .tag("outcome", outcome)
                .register(meters);
    }

    void add(Placement placement, Durability wanted) {
        counters.get(placement.outcome()).increment();
        if (wanted != Durability.MEMORY && placement.outcome() != Outcome.CONFLICTING) {
            (placement.reached() == wanted ? reached : missed).get(wanted).increment();
        }
        switch (placement.outcome()) {
            case PLACED -> line(placement.order()).log("placed");
            case SCHEDULED ->
                line(placement.order())
                        .addKeyValue("scheduledFor", placement.order().scheduledFor())
                        .log("scheduled");
            case REPEATED, CONFLICTING -> {} // nothing happened; the counter is enough
        }
    }

    private static LoggingEventBuilder line(OrderRecord order) {
        return log.atInfo()
                .addKeyValue("orderId", order.orderId())
                .addKeyValue("warehouse", order.warehouse() == null ? Warehouse.MAIN : order.warehouse())
                .addKeyValue("items", order.items().list().size());
    }
}
