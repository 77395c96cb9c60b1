package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.order.Placement.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/** Tells operators what became of each attempt: the counter {@code orders.placed} by outcome, a line per new order. */
@Component
class PlacementLog {

    private static final Logger log = LoggerFactory.getLogger(PlacementLog.class);

    private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);

    PlacementLog(MeterRegistry meters) {
        for (Outcome outcome : Outcome.values()) {
            counters.put(
                    outcome,
                    Counter.builder("orders.placed")
                            .description("Attempts to place an order that Redis answered, by what came of them")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
    }

    void add(Placement placement) {
        counters.get(placement.outcome()).increment();
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
                .addKeyValue("items", order.items().list().size());
    }
}
