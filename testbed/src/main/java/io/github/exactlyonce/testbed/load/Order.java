package io.github.exactlyonce.testbed.load;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;

/** An order as a client posts it. */
public record Order(String orderId, OrderItems items) {

    public static Order of(String orderId, OrderItem... items) {
        return new Order(orderId, OrderItems.of(items));
    }
}
