package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.activity.Activity;
import io.github.exactlyonce.inventory.processing.Decision.Outcome;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;
import org.springframework.stereotype.Component;

/**
 * Settles the question "who did it": one line {@code processed} on the replica that settled an order, one line
 * {@code skipped} on each replica that heard of it and did not, the meters that count them, and what those who watch see. The
 * lines about stock that is to return say {@code returned} instead of {@code processed}, and carry the key {@code event}, so that
 * they are told apart.
 */
@Component
final class DecisionLog {

    private static final String RETURN = "cancellation";
    private static final Logger log = LoggerFactory.getLogger("decisions");

    private final Replica replica;
    private final OrderTraces traces;
    private final Activity activity;
    private final Clock clock;
    private final Map<Outcome, Counter> counters = new EnumMap<>(Outcome.class);
    private final Counter recovered;
    private final Timer processing;
    private final Timer age;

    DecisionLog(Replica replica, OrderTraces traces, Activity activity, MeterRegistry meters, Clock clock) {
        this.replica = replica;
        this.traces = traces;
        this.activity = activity;
        this.clock = clock;
        for (Outcome outcome : Outcome.values()) {
            counters.put(
                    outcome,
                    Counter.builder("inventory.decisions")
                            .description("What this replica did about the orders that it heard of")
                            .tag("decision", outcome.decision())
                            .tag("reason", outcome.reason())
                            .register(meters));
        }
        this.recovered = Counter.builder("inventory.orders.recovered")
                .description("Orders that this replica settled because their job came due")
                .register(meters);
        this.processing = Timer.builder("inventory.processing")
                .description("From taking a hint up to its order being settled")
                .register(meters);
        this.age = Timer.builder("inventory.order.age")
                .description("From placed to settled, by Redis's clock")
                .publishPercentileHistogram()
                .register(meters);
    }

    /** @param took how long the batch took, up to now */
    void write(List<Decision> decisions, Duration took) {
        Instant end = clock.instant();
        for (Decision decision : decisions) {
            TraceParent trace = decision.traceParent();
            boolean isRecovered = isSettled(decision) && decision.hint().source() == OrderHint.Source.JOB;
            counters.get(decision.outcome()).increment();
            if (isSettled(decision)) {
                processing.record(took);
                age.record(Objects.requireNonNull(decision.age()));
                if (isRecovered) {
                    recovered.increment();
                }
            }
            if (decision.isDone()) {
                TraceParent span = traces.done(decision, replica.name(), end, took);
                trace = span == null ? trace : span;
            }
            if (!isAboutToBeReleased(decision)) {
                activity.decided(
                        decision.hint().warehouse(),
                        decision.hint().id(),
                        decision.outcome().decision(),
                        decision.outcome().reason(),
                        isRecovered,
                        decision.age());
                line(decision, trace);
            }
        }
    }

    /** Against the stock. For how long one that was cancelled before has waited for its job says nothing about anybody. */
    private static boolean isSettled(Decision decision) {
        return decision.isProcessed() && decision.outcome() != Outcome.CANCELLED;
    }

    /** Its message comes next, and who processed that is the question. */
    private static boolean isAboutToBeReleased(Decision decision) {
        return decision.outcome() == Outcome.SCHEDULED && decision.hint().source() == OrderHint.Source.JOB;
    }

    private void line(Decision decision, @Nullable TraceParent trace) {
        LoggingEventBuilder line = decision.outcome().decision().equals("failed") ? log.atWarn() : log.atInfo();
        line = line.addKeyValue("orderId", decision.hint().id())
                .addKeyValue("warehouse", decision.hint().warehouse())
                .addKeyValue("replica", replica.name())
                .addKeyValue("decision", decision.outcome().decision())
                .addKeyValue("reason", decision.outcome().reason())
                .addKeyValue("source", decision.hint().source().label());
        if (decision.age() != null) {
            line = line.addKeyValue("ageMs", decision.age().toMillis());
        }
        if (decision.hint().isReturn()) {
            line = line.addKeyValue("event", RETURN);
        }
        if (decision.outcome() == Outcome.ALREADY_SETTLED) {
            line = line.addKeyValue("settledBy", OrderRecord.replicaOf(decision.detail()));
        } else if (decision.outcome() == Outcome.ALREADY_RETURNED) {
            line = line.addKeyValue("cancelledBy", OrderRecord.replicaOf(decision.detail()));
        } else if (!decision.isDone() && !decision.detail().isEmpty()) {
            line = line.addKeyValue("cause", decision.detail());
        }
        if (trace != null) {
            line = line.addKeyValue("traceId", trace.traceId()).addKeyValue("spanId", trace.spanId());
        }
        line.log(decision.outcome().decision());
    }
}
