package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderMessage;

/**
 * The event of a new order, see {@link OrderMessage}, without {@code placedAt}: the script appends that by Redis's
 * clock. Ids are made of characters that JSON does not escape.
 */
record OrderPlaced(String id, OrderItems items) {

    String json() {
        StringBuilder json = new StringBuilder(96 + 32 * items.list().size());
        json.append("{\"eventType\":\"").append(OrderMessage.EVENT_TYPE);
        json.append("\",\"id\":\"").append(id);
        json.append("\",\"orderId\":\"").append(id);
        json.append("\",\"items\":[");
        String separator = "";
        for (OrderItem item : items.list()) {
            json.append(separator).append("{\"id\":\"").append(item.id());
            json.append("\",\"quantity\":").append(item.quantity()).append('}');
            separator = ",";
        }
        return json.append("]}").toString();
    }
}
