package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;

/**
 * The answer to an attempt to place an order.
 *
 * @param order the order as it stands, whether this attempt placed it or an earlier one
 * @param reached where it is for certain
 */
record Placement(Outcome outcome, OrderRecord order, Durability reached) {

    enum Outcome {
        /** New: recorded, due and announced. */
        PLACED,
        /** New, and for later: recorded and due at its time, announced to nobody. */
        SCHEDULED,
        /** The same order was placed before; nothing changed. */
        REPEATED,
        /** The id belongs to an order with other items or another time; nothing changed. */
        CONFLICTING
    }

    Placement(Outcome outcome, OrderRecord order) {
        this(outcome, order, Durability.MEMORY);
    }

    Placement reaching(Durability level) {
        return new Placement(outcome, order, level);
    }
}
