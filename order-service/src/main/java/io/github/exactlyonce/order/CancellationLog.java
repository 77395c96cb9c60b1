package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.order.Cancellation.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Tells operators what became of each attempt to cancel: the counter {@code orders.cancelled} by outcome, and a line per cancelled order. */
@Component
final class CancellationLog {

    private static final Logger log = LoggerFactory.getLogger(CancellationLog.class);

    private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);

    CancellationLog(MeterRegistry meters) {
        for (Outcome outcome : Outcome.values()) {
            counters.put(
                    outcome,
                    Counter.builder("orders.cancelled")
                            .description("Attempts to cancel an order that Redis answered, by what came of them")
                            .tag("outcome", outcome.name().toLowerCase(Locale.ROOT))
                            .register(meters));
        }
    }

    void add(Warehouse warehouse, String id, Cancellation cancellation) {
        counters.get(cancellation.outcome()).increment();
        if (cancellation.outcome() == Outcome.CANCELLED) { // else nothing happened; the counter is enough
            log.atInfo()
                    .addKeyValue("orderId", id)
                    .addKeyValue("warehouse", warehouse)
                    .addKeyValue(
                            "status",
                            Objects.requireNonNull(cancellation.order()).status())
                    .log("cancelled");
        }
    }
}
