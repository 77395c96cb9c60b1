package io.github.exactlyonce.testbed.bench.rivals;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderMessage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What an order takes from the stock, and the ledger entry that says so: the same fields as our own.
 *
 * @param units by SKU
 * @param replica who takes them
 */
record Taking(String orderId, Map<String, Long> units, String replica) {

    static Taking of(OrderMessage order, String replica) {
        Map<String, Long> units = new LinkedHashMap<>();
        for (OrderItem item : order.items().list()) {
            units.merge(item.id(), (long) item.quantity(), Long::sum);
        }
        return new Taking(order.id(), units, replica);
    }

    List<String> skus() {
        return List.copyOf(units.keySet());
    }

    /** @param levels of {@link #skus}, in their order; null if there was never any */
    boolean isPossible(List<@Nullable String> levels) {
        List<String> skus = skus();
        for (int i = 0; i < skus.size(); i++) {
            String level = levels.get(i);
            if (level == null || Long.parseLong(level) < units.get(skus.get(i))) {
                return false;
            }
        }
        return true;
    }

    Map<String, String> ledgerEntry(boolean isConfirmed) {
        return Map.of(
                "effect",
                isConfirmed ? "CONFIRMED" : "REJECTED",
                "id",
                orderId,
                "units",
                isConfirmed ? packed() : "",
                "by",
                replica);
    }

    String packed() {
        return units.entrySet().stream()
                .map(each -> each.getKey() + "=-" + each.getValue())
                .collect(Collectors.joining(","));
    }
}
