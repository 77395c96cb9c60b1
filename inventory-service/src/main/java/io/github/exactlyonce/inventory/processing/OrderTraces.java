package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.TraceParent;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.propagation.Propagator;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/**
 * Continues the trace of an order, from the request that placed it, with the span {@code settle order} of the replica that
 * settled it; and that of its cancellation with {@code return stock}. A batch settles many orders at once, each of another trace, so the span is made afterwards, with the batch's times.
 */
@Component
final class OrderTraces {

    private static final String TRACEPARENT = "traceparent";

    private final @Nullable Propagator propagator;

    OrderTraces(ObjectProvider<Propagator> propagator) {
        this.propagator = propagator.getIfAvailable();
    }

    /** @return the span's place in the trace; null if there is none, because tracing is off or this trace is not kept */
    @Nullable
    TraceParent done(Decision decision, String replica, Instant end, Duration took) {
        TraceParent parent = decision.traceParent();
        if (propagator == null || parent == null || !parent.sampled()) {
            return null;
        }
        Span span = propagator
                .extract(Map.of(TRACEPARENT, parent.toString()), Map::get)
                .name(decision.hint().isReturn() ? "return stock" : "settle order")
                .kind(Span.Kind.CONSUMER)
                .startTimestamp(micros(end.minus(took)), TimeUnit.MICROSECONDS)
                .tag("messaging.system", "redis")
                .tag("messaging.operation.type", "process")
                .tag(
                        "messaging.destination.name",
                        RedisKeys.orderUpdates(decision.hint().warehouse()))
                .tag("orderId", decision.hint().id())
                .tag("replica", replica)
                .tag("reason", decision.outcome().reason())
                .tag("source", decision.hint().source().label())
                .start();
        span.end(micros(end), TimeUnit.MICROSECONDS);
        return new TraceParent(span.context().traceId(), span.context().spanId(), true);
    }

    private static long micros(Instant instant) {
        return TimeUnit.SECONDS.toMicros(instant.getEpochSecond()) + instant.getNano() / 1000;
    }
}
