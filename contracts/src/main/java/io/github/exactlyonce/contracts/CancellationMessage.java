package io.github.exactlyonce.contracts;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * An order that had been confirmed was cancelled, as {@link RedisKeys#orderUpdates} says it:
 *
 * <pre>{@code
 * {"eventType":"OrderCancelled","schemaVersion":1,"id":"29","orderId":"29","cancelledAt":"2026-01-01T00:00:00.000Z"}
 * }</pre>
 *
 * <p>It cancels nothing: that its stock is to return, and how much of it, stands in the order's record.
 *
 * @param cancelledAt when that was asked for, by Redis's clock; null if the message does not say
 */
public record CancellationMessage(
        String id, @Nullable Instant cancelledAt, @Nullable TraceParent traceParent) implements OrderEvent {

    static final String EVENT_TYPE = "OrderCancelled";

    static CancellationMessage of(Warehouse warehouse, JsonInput input) {
        String id = input.requiredId("id");
        Instant cancelledAt = input.passedInstant("cancelledAt");
        TraceParent traceParent = TraceParent.parse(input.text("traceparent"));
        input.refuseOtherWarehouse(warehouse, "must be that of the channel, which is " + warehouse);
        input.refuseIfInvalid();
        return new CancellationMessage(id, cancelledAt, traceParent);
    }
}
