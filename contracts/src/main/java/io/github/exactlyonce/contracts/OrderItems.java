package io.github.exactlyonce.contracts;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The lines of an order, in the order in which the client gave them. In Redis they are one string, {@code 001=2,002=1}:
 * small enough for a compact hash, and split by a script without a JSON parser.
 */
public record OrderItems(List<OrderItem> list) {

    public OrderItems {
        list = List.copyOf(list);
    }

    public static OrderItems of(OrderItem... items) {
        return new OrderItems(List.of(items));
    }

    /** Reads what {@link #packed()} wrote. */
    public static OrderItems unpack(String packed) {
        List<OrderItem> items = new ArrayList<>();
        for (String line : packed.split(",")) {
            int separator = line.indexOf('=');
            if (separator < 1) {
                throw new IllegalArgumentException("not a packed list of items: " + packed);
            }
            items.add(new OrderItem(line.substring(0, separator), Integer.parseInt(line.substring(separator + 1))));
        }
        return new OrderItems(items);
    }

    /** As an array, whose elements have one type: for a list Jackson looks for what writes it, each time. */
    @JsonValue
    OrderItem[] json() {
        return list.toArray(OrderItem[]::new);
    }

    public String packed() {
        StringBuilder packed = new StringBuilder(list.size() * 8);
        for (OrderItem item : list) {
            packed.append(packed.isEmpty() ? "" : ",")
                    .append(item.id())
                    .append('=')
                    .append(item.quantity());
        }
        return packed.toString();
    }

    /** Whether both ask for the same units of the same SKUs, however they are split into lines and ordered. */
    public boolean asksForTheSameAs(OrderItems other) {
        return unitsBySku().equals(other.unitsBySku());
    }

    private Map<String, Long> unitsBySku() {
        Map<String, Long> units = new TreeMap<>();
        list.forEach(item -> units.merge(item.id(), (long) item.quantity(), Long::sum));
        return units;
    }
}
