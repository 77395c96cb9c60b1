package io.github.exactlyonce.order;

import com.github.f4b6a3.ulid.UlidCreator;
import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.Warehouse;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What a client asks for.
 *
 * @param warehouse from the body; the same id in two warehouses is two orders
 * @param id from the body, else from the header {@value #IDEMPOTENCY_KEY}, else a new ULID
 * @param scheduledFor when it is to be placed, in whole milliseconds; null and the past mean now, by Redis's clock
 * @param durability from the header {@value Durability#HEADER}; null means as configured
 */
record OrderRequest(
        Warehouse warehouse,
        String id,
        OrderItems items,
        @Nullable Instant scheduledFor,
        @Nullable Durability durability) {

    static final String IDEMPOTENCY_KEY = "Idempotency-Key";

    /**
     * @param idempotencyKey the header's value, as a bare id or as draft-ietf-httpapi-idempotency-key-header has it, in
     *     double quotes
     * @throws io.github.exactlyonce.contracts.InvalidInputException if it is not an order
     */
    static OrderRequest read(byte[] body, @Nullable String idempotencyKey, @Nullable String durability) {
        JsonInput input = JsonInput.read("body", body);
        String orderId = input.id("orderId");
        Warehouse warehouse = input.warehouse();
        OrderItems items = input.items();
        Instant scheduledFor = input.instant("scheduledFor");
        String key = idempotencyKey == null ? null : unquoted(idempotencyKey);
        if (key != null && !JsonInput.isId(key)) {
            input.problem(IDEMPOTENCY_KEY, JsonInput.ID_RULE);
        } else if (key != null && orderId != null && !key.equals(orderId)) {
            input.problem(IDEMPOTENCY_KEY, "must be the same as orderId where both are given");
        }
        Durability wanted =
                durability == null ? null : Durability.of(durability).orElse(null);
        if (durability != null && wanted == null) {
            input.problem(Durability.HEADER, Durability.RULE);
        }
        input.refuseIfInvalid();
        return new OrderRequest(warehouse, firstOf(orderId, key), items, scheduledFor, wanted);
    }

    /** Whether this is the request that {@code order} was placed by, sent again. */
    boolean asksFor(OrderRecord order) {
        return items.asksForTheSameAs(order.items()) && Objects.equals(scheduledFor, order.scheduledFor());
    }

    private static String firstOf(@Nullable String orderId, @Nullable String key) {
        if (orderId != null) {
            return orderId;
        }
        return key != null ? key : UlidCreator.getMonotonicUlid().toString();
    }

    private static String unquoted(String value) {
        boolean quoted = value.length() >= 2 && value.startsWith("\"") && value.endsWith("\"");
        return quoted ? value.substring(1, value.length() - 1) : value;
    }
}
