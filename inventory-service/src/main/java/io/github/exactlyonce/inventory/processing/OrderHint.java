package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.contracts.Warehouse;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Word that an order may have to be settled. Only its record says whether it does.
 *
 * @param orderId its producer's id; null if only the record has it
 * @param items what the message says; null if only the record has them
 * @param placedAt by Redis's clock; null if unknown
 * @param traceParent what the message says; null if it is not traced, or only the record has it
 */
public record OrderHint(
        Warehouse warehouse,
        String id,
        @Nullable String orderId,
        @Nullable OrderItems items,
        @Nullable Instant placedAt,
        @Nullable TraceParent traceParent,
        Source source) {

    /** Where the hint came from. */
    public enum Source {
        MESSAGE,
        JOB;

        /** As it stands in logs and traces: {@code message} or {@code job}. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static OrderHint of(Warehouse warehouse, OrderMessage message) {
        return new OrderHint(
                warehouse,
                message.id(),
                message.orderId(),
                message.items(),
                message.placedAt(),
                message.traceParent(),
                Source.MESSAGE);
    }

    /** The message again, as far as it is needed to record the order: what {@link OrderMessage#parse} reads. */
    String json() {
        return new OrderMessage(id, orderId == null ? id : orderId, Objects.requireNonNull(items), null, traceParent)
                .json();
    }

    /** An order whose job came due: its message was lost, or whoever took it on died. */
    public static OrderHint dueJob(Warehouse warehouse, String id) {
        return new OrderHint(warehouse, id, null, null, null, null, Source.JOB);
    }

    /**
     * Whether nobody may have recorded it yet: the message of another producer. The order service writes the record, and
     * the job that brings a lost order back, before it publishes.
     */
    boolean needsRecord() {
        return source == Source.MESSAGE && placedAt == null;
    }
}
