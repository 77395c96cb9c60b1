package io.github.exactlyonce.contracts;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What Redis holds of an order, and what a client sees of it. The hash {@link RedisKeys#order} is also the dedup record:
 * a settled status is never settled again. It has no TTL until it is settled, nor while its stock is still to return.
 *
 * <table>
 * <caption>Fields of the hash</caption>
 * <tr><td>{@code status}</td><td>{@link OrderStatus}</td></tr>
 * <tr><td>{@code items}</td><td>{@link OrderItems#packed()}</td></tr>
 * <tr><td>{@code orderId}</td><td>only where another producer's message had an {@code id} of its own</td></tr>
 * <tr><td>{@code placedAt}</td><td>Unix milliseconds by Redis's clock: when it was announced; while it is scheduled, when
 * it was accepted</td></tr>
 * <tr><td>{@code scheduledFor}</td><td>Unix milliseconds, as the client gave them, also if they were in the past then; only
 * where it gave any</td></tr>
 * <tr><td>{@code settledAt}</td><td>Unix milliseconds by Redis's clock; also of an order that was cancelled before it was settled:
 * when a replica found it so</td></tr>
 * <tr><td>{@code settledBy}</td><td>the owner token that settled it: {@code <replica>/<nonce>}</td></tr>
 * <tr><td>{@code told}</td><td>how many subscribers its announcement reached, at the node on which it was published; only of an order
 * that was announced by {@code place-order.lua}</td></tr>
 * <tr><td>{@code recovered}</td><td>after how many attempts its due job settled it; only where no message did</td></tr>
 * <tr><td>{@code shortages}</td><td>{@code 002=5/3,009=1/-}: SKU = requested / available, {@code -} if unknown</td></tr>
 * <tr><td>{@code cancelRequestedAt}</td><td>Unix milliseconds by Redis's clock: when a client cancelled an order that was
 * confirmed</td></tr>
 * <tr><td>{@code cancelledAt}</td><td>Unix milliseconds by Redis's clock: when its stock had returned, or, of an order that was not
 * settled, when a client cancelled it</td></tr>
 * <tr><td>{@code cancelledBy}</td><td>the owner token that returned the stock; only where any was to return</td></tr>
 * <tr><td>{@code cancelTraceparent}</td><td>of the request that cancelled an order that was confirmed; only if it is traced</td></tr>
 * <tr><td>{@code traceparent}</td><td>{@link TraceParent}; only of an order that is traced</td></tr>
 * </table>
 *
 * @param warehouse whose order it is, which its key says; null stands for {@link Warehouse#MAIN}, whose orders show none
 */
public record OrderRecord(
        String orderId,
        @Nullable Warehouse warehouse,
        OrderStatus status,
        OrderItems items,
        Instant placedAt,
        @Nullable Instant scheduledFor,
        @Nullable Instant settledAt,
        @Nullable String settledBy,
        @Nullable List<Shortage> shortages,
        @Nullable Instant cancelRequestedAt,
        @Nullable Instant cancelledAt,
        @Nullable String cancelledBy) {

    /** An order that nobody has settled or cancelled. */
    public static OrderRecord open(
            String orderId,
            @Nullable Warehouse warehouse,
            OrderStatus status,
            OrderItems items,
            Instant placedAt,
            @Nullable Instant scheduledFor) {
        return new OrderRecord(
                orderId, warehouse, status, items, placedAt, scheduledFor, null, null, null, null, null, null);
    }

    /** @param fields the hash, not empty */
    public static OrderRecord of(Warehouse warehouse, String id, Map<String, String> fields) {
        return new OrderRecord(
                fields.getOrDefault("orderId", id),
                warehouse.isMain() ? null : warehouse,
                OrderStatus.valueOf(fields.get("status")),
                OrderItems.unpack(fields.get("items")),
                Instant.ofEpochMilli(Long.parseLong(fields.get("placedAt"))),
                instant(fields.get("scheduledFor")),
                instant(fields.get("settledAt")),
                fields.containsKey("settledBy") ? replicaOf(fields.get("settledBy")) : null,
                fields.containsKey("shortages") ? Shortage.unpack(fields.get("shortages")) : null,
                instant(fields.get("cancelRequestedAt")),
                instant(fields.get("cancelledAt")),
                fields.containsKey("cancelledBy") ? replicaOf(fields.get("cancelledBy")) : null);
    }

    private static @Nullable Instant instant(@Nullable String millis) {
        return millis == null ? null : Instant.ofEpochMilli(Long.parseLong(millis));
    }

    /** The replica's name in an owner token {@code <replica>/<nonce>}. */
    public static String replicaOf(String ownerToken) {
        int separator = ownerToken.indexOf('/');
        return separator < 0 ? ownerToken : ownerToken.substring(0, separator);
    }

    /**
     * Why an order was rejected.
     *
     * @param id the SKU
     * @param requested units that the order asked for, over all its lines
     * @param available units there were; null if the SKU is unknown
     * @param missing units short
     */
    public record Shortage(
            String id, long requested, @Nullable Long available, long missing) {

        static List<Shortage> unpack(String packed) {
            List<Shortage> shortages = new ArrayList<>();
            for (String entry : packed.split(",")) {
                String[] parts = entry.split("[=/]");
                long requested = Long.parseLong(parts[1]);
                Long available = parts[2].equals("-") ? null : Long.valueOf(parts[2]);
                shortages.add(new Shortage(
                        parts[0], requested, available, available == null ? requested : requested - available));
            }
            return shortages;
        }
    }
}
