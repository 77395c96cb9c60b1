package io.github.exactlyonce.testbed.load;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.Warehouse;

/** An order as a client posts it. */
public record Order(Warehouse warehouse, String orderId, OrderItems items) {

    /** For {@link Warehouse#MAIN}. */
    public Order(String orderId, OrderItems items) {
        this(Warehouse.MAIN, orderId, items);
    }

    /** The same, for another warehouse: there, it is another order. */
    public Order in(Warehouse other) {
        return new Order(other, orderId, items);
    }

    public static Order of(String orderId, OrderItem... items) {
        return new Order(orderId, OrderItems.of(items));
    }
}
