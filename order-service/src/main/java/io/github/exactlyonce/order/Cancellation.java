package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import org.jspecify.annotations.Nullable;

/**
 * The answer to an attempt to cancel an order.
 *
 * @param order as it stands, whether this attempt cancelled it or an earlier one; null if there is none
 */
record Cancellation(Outcome outcome, @Nullable OrderRecord order) {

    enum Outcome {
        /** By this attempt. Of an order that was confirmed, the stock is still to return. */
        CANCELLED,
        /** It was cancelled before; nothing changed, but that it may have its job back. */
        REPEATED,
        /** It is rejected: there is nothing to cancel. */
        REFUSED,
        UNKNOWN
    }
}
