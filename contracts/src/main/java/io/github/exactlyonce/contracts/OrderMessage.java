package io.github.exactlyonce.contracts;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The event on {@link RedisKeys#orderUpdates}:
 *
 * <pre>{@code
 * {"eventType":"OrderPlaced","id":"29","orderId":"29","items":[{"id":"001","quantity":2}],"placedAt":"2026-01-01T00:00:00.000Z"}
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
        @Nullable TraceParent traceParent) {

    public static final String EVENT_TYPE = "OrderPlaced";

    /** The end of the last year of four digits, as {@link PublishedOrder} reads it; far beyond, an age in milliseconds would overflow. */
    private static final Instant FAR_FUTURE = Instant.parse("9999-12-31T23:59:59.999999999Z");

    /**
     * @param warehouse whose channel it came over
     * @return empty if it is an event of another type, which a consumer ignores
     * @throws InvalidInputException if it is not an order
     */
    public static Optional<OrderMessage> parse(Warehouse warehouse, byte[] json) {
        OrderMessage published = PublishedOrder.read(json);
        return published == null ? parseJson(warehouse, json) : Optional.of(published);
    }

    static Optional<OrderMessage> parseJson(Warehouse warehouse, byte[] json) {
        JsonInput input = JsonInput.read("message", json);
        if (input.has("eventType") && !EVENT_TYPE.equals(input.text("eventType"))) {
            return Optional.empty();
        }
        String orderId = input.id("orderId");
        String id = orderId != null && !input.has("id") ? orderId : input.requiredId("id");
        OrderItems items = input.items();
        Instant placedAt = placedAt(input);
        TraceParent traceParent = TraceParent.parse(input.text("traceparent"));
        input.refuseOtherWarehouse(warehouse, "must be that of the channel, which is " + warehouse);
        input.refuseIfInvalid();
        return Optional.of(new OrderMessage(id, orderId == null ? id : orderId, items, placedAt, traceParent));
    }

    private static @Nullable Instant placedAt(JsonInput input) {
        String placedAt = input.text("placedAt");
        try {
            Instant parsed = placedAt == null ? null : Instant.parse(placedAt);
            return parsed == null || parsed.isBefore(Instant.EPOCH) || parsed.isAfter(FAR_FUTURE) ? null : parsed;
        } catch (DateTimeParseException e) {
            return null; // not ours, so no reason to refuse the order
        }
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
