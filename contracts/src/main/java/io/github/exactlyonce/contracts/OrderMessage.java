package io.github.exactlyonce.contracts;

import java.time.Instant;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * An order was placed, as {@link RedisKeys#orderUpdates} says it:
 *
 * <pre>{@code
 * {"eventType":"OrderPlaced","schemaVersion":1,"id":"29","orderId":"29","items":[{"id":"001","quantity":2}],"placedAt":"2026-01-01T00:00:00.000Z"}
 * }</pre>
 *
 * Which warehouse it is for is said by the channel: a message that names another one is refused.
 *
 * <p>Other producers may send only {@code id} (or {@code orderId}) and {@code items}; unknown fields are ignored. An order that is
 * traced carries {@code traceparent} as well.
 *
 * @param id what the effect happens once for
 * @param orderId the order as its producer knows it; the same as {@code id} in our own events
 * @param placedAt when the order was placed, or released at its time, by Redis's clock; null in messages of other producers, which is how a
 *     consumer knows that nobody may have recorded the order yet
 * @param traceParent where it stands in its trace; null if it is not traced
 */
public record OrderMessage(
        String id,
        String orderId,
        OrderItems items,
        @Nullable Instant placedAt,
        @Nullable TraceParent traceParent) implements OrderEvent {

    public static final String EVENT_TYPE = "OrderPlaced";

    /**
     * @param warehouse whose channel it came over
     * @return empty if it is an event of another type
     * @throws InvalidInputException if it is not an order
     */
    public static Optional<OrderMessage> parse(Warehouse warehouse, byte[] json) {
        return OrderEvent.parse(warehouse, json)
                .filter(OrderMessage.class::isInstance)
                .map(OrderMessage.class::cast);
    }

    static OrderMessage of(Warehouse warehouse, JsonInput input) {
        String orderId = input.id("orderId");
        String id = orderId != null && !input.has("id") ? orderId : input.requiredId("id");
        OrderItems items = input.items();
        Instant placedAt = input.passedInstant("placedAt");
        TraceParent traceParent = TraceParent.parse(input.text("traceparent"));
        input.refuseOtherWarehouse(warehouse, "must be that of the channel, which is " + warehouse);
        input.refuseIfInvalid();
        return new OrderMessage(id, orderId == null ? id : orderId, items, placedAt, traceParent);
    }

    /**
     * What {@link #parse} reads, without a time: whoever keeps a message to record it later leaves that to the record. Ids
     * are made of characters that JSON does not escape.
     */
    public String json() {
        String lines = items.list().stream()
                .map(item -> "{\"id\":\"" + item.id() + "\",\"quantity\":" + item.quantity() + "}")
                .collect(Collectors.joining(","));
        String trace = traceParent == null ? "" : ",\"traceparent\":\"" + traceParent + "\"";
        return "{\"id\":\"" + id + "\",\"orderId\":\"" + orderId + "\",\"items\":[" + lines + "]" + trace + "}";
    }

    /** Whether the order service wrote a record and a due job in the same step that published this message. */
    public boolean isRecorded() {
        return placedAt != null;
    }
}
