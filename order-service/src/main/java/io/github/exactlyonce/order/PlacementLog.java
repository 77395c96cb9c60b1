package io.github.exactlyonce.order;

import io.github.exactlyonce.order.Placement.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
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
        if (placement.outcome() == Outcome.PLACED) {
            log.atInfo()
                    .addKeyValue("orderId", placement.order().orderId())
                    .addKeyValue("items", placement.order().items().list().size())
                    .log("placed");
        }
    }
}
