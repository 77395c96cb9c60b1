package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.CancellationMessage;
import io.github.exactlyonce.contracts.OrderEvent;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.contracts.Warehouse;
import java.time.Instant;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Word that an order may have to be settled, or the stock of a cancelled one to return. Only its record says whether that is so.
 *
 * @param task which of the two
 * @param orderId its producer's id; null if only the record has it
 * @param items what the message says; null if only the record has them
 * @param since when it was placed, or cancelled, by Redis's clock; null if unknown
 * @param traceParent what the message says; null if it is not traced, or only the record has it
 */
public record OrderHint(
        Task task,
        Warehouse warehouse,
        String id,
        @Nullable String orderId,
        @Nullable OrderItems items,
        @Nullable Instant since,
        @Nullable TraceParent traceParent,
        Source source) {

    /** What may have to be done. */
    public enum Task {
        /** Settle an order that was placed. */
        SETTLE,
        /** Return what a cancelled order had taken. */
        RETURN
    }

    /** Where the hint came from. */
    public enum Source {
        MESSAGE,
        JOB;

        /** As it stands in logs and traces: {@code message} or {@code job}. */
        String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static OrderHint of(Warehouse warehouse, OrderEvent event) {
        if (event instanceof CancellationMessage message) {
            return toReturn(warehouse, message.id(), message.cancelledAt(), message.traceParent(), Source.MESSAGE);
        }
        OrderMessage message = (OrderMessage) event; // there is no third
        return toSettle(
                warehouse,
                message.id(),
                message.orderId(),
                message.items(),
                message.placedAt(),
                message.traceParent(),
                Source.MESSAGE);
    }

    /** An order whose job came due: its message was lost, or whoever took it on died. */
    public static OrderHint dueJob(Warehouse warehouse, String id) {
        return toSettle(warehouse, id, null, null, null, null, Source.JOB);
    }

    /** An order that may have to be settled. */
    public static OrderHint toSettle(
            Warehouse warehouse,
            String id,
            @Nullable String orderId,
            @Nullable OrderItems items,
            @Nullable Instant placedAt,
            @Nullable TraceParent traceParent,
            Source source) {
        return new OrderHint(Task.SETTLE, warehouse, id, orderId, items, placedAt, traceParent, source);
    }

    /** An order that is cancelled, whose stock may have to return. */
    public static OrderHint toReturn(
            Warehouse warehouse,
            String id,
            @Nullable Instant cancelledAt,
            @Nullable TraceParent traceParent,
            Source source) {
        return new OrderHint(Task.RETURN, warehouse, id, null, null, cancelledAt, traceParent, source);
    }

    /** The message again, as far as it is needed to record the order: what {@link OrderMessage#parse} reads. */
    String json() {
        return new OrderMessage(id, orderId == null ? id : orderId, Objects.requireNonNull(items), null, traceParent)
                .json();
    }

    boolean isReturn() {
        return task == Task.RETURN;
    }

    /** The key of the gate: an order's own is kept for a while after it was settled, so a return has another. */
    String lock() {
        return isReturn() ? RedisKeys.cancelLock(warehouse, id) : RedisKeys.lock(warehouse, id);
    }

    /**
     * Whether nobody may have recorded it yet: the message of another producer. The order service writes the record, and
     * the job that brings a lost order back, before it publishes.
     */
    boolean needsRecord() {
        return task == Task.SETTLE && source == Source.MESSAGE && since == null;
    }
}
