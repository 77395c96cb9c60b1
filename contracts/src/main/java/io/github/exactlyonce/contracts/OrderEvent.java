package io.github.exactlyonce.contracts;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message on {@link RedisKeys#orderUpdates}: a hint that something is to be done about an order. Which warehouse it is for is said by
 * the channel.
 *
 * <p>The field {@code eventType} says what it is; without one it is an order, of another producer. {@code schemaVersion} is 1: what a
 * later version adds is unknown fields, which are ignored, and an event of another meaning has another type. A consumer ignores types that it
 * does not know.
 */
public sealed interface OrderEvent permits OrderMessage, CancellationMessage {

    /** What the effect happens once for. */
    String id();

    /** Where it stands in its trace; null if it is not traced. */
    @Nullable
    TraceParent traceParent();

    /**
     * @param warehouse whose channel it came over
     * @return empty if it is of a type that is not known
     * @throws InvalidInputException if it is not what it says that it is
     */
    static Optional<OrderEvent> parse(Warehouse warehouse, byte[] json) {
        OrderMessage published = PublishedOrder.read(json);
        return published == null ? parseJson(warehouse, json) : Optional.of(published);
    }

    /** As {@link #parse}, of anything that is JSON, and slower. */
    static Optional<OrderEvent> parseJson(Warehouse warehouse, byte[] json) {
        JsonInput input = JsonInput.read("message", json);
        String type = input.has("eventType") ? input.text("eventType") : OrderMessage.EVENT_TYPE;
        if (OrderMessage.EVENT_TYPE.equals(type)) {
            return Optional.of(OrderMessage.of(warehouse, input));
        }
        return CancellationMessage.EVENT_TYPE.equals(type)
                ? Optional.of(CancellationMessage.of(warehouse, input))
                : Optional.empty();
    }
}
