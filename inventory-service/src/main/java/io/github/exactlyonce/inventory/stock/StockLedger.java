package io.github.exactlyonce.inventory.stock;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.InventoryProperties;
import java.util.List;
import org.springframework.stereotype.Component;

/**
 * Settles orders against the stock, {@code commit-order.lua}, and returns the stock of those that are cancelled afterwards,
 * {@code commit-cancellation.lua}. They make each effect happen once, whatever the number of copies, replicas and retries. Every effect
 * leaves one entry in the ledger:
 *
 * <pre>{@code
 * effect CONFIRMED  id 29  units 001=-2,002=-1  by inventory-1/x7Qa03_k
 * effect CANCELLED  id 29  units 001=2,002=1    by inventory-2/d0Tz5-1w
 * effect CANCELLED  id 30  units                by inventory-1/Pq2_8rYb   cancelled before it was settled
 * }</pre>
 *
 * <p>Touches {@code order:{main}:<id>}, {@code jobs:{main}}, {@code stock:{main}}, {@code ledger:{main}}; publishes on
 * {@code inventory_updates}.
 */
@Component
public final class StockLedger {

    private static final LuaScript COMMIT_ORDER = LuaScript.returningList("commit-order.lua");

    private static final LuaScript COMMIT_CANCELLATION = LuaScript.returningList("commit-cancellation.lua");

    private final Channels channels;
    private final InventoryProperties properties;

    StockLedger(Channels channels, InventoryProperties properties) {
        this.channels = channels;
        this.properties = properties;
    }

    /** @return one reply per order, in their order */
    public List<Reply<Settlement>> settleAll(Pipeline pipeline, List<Order> orders) {
        List<ScriptCall> calls = orders.stream().map(this::call).toList();
        return pipeline.<List<Object>>evalAll(COMMIT_ORDER, calls).stream()
                .map(reply -> reply.map(Settlement::of))
                .toList();
    }

    /** @return one reply per order, in their order */
    public List<Reply<StockReturn>> returnAll(Pipeline pipeline, List<Cancelled> orders) {
        List<ScriptCall> calls = orders.stream().map(this::call).toList();
        return pipeline.<List<Object>>evalAll(COMMIT_CANCELLATION, calls).stream()
                .map(reply -> reply.map(StockReturn::of))
                .toList();
    }

    private ScriptCall call(Cancelled order) {
        return on(order.warehouse(), order.id())
                .with(
                        order.id(),
                        order.ownerToken(),
                        properties.retention().toMillis(),
                        properties.ledgerLength(),
                        channels.inventoryUpdates(order.warehouse()));
    }

    private ScriptCall call(Order order) {
        return on(order.warehouse(), order.id())
                .with(
                        order.id(),
                        order.ownerToken(),
                        order.packedItems(),
                        order.foreignOrderId(),
                        properties.retention().toMillis(),
                        properties.ledgerLength(),
                        channels.inventoryUpdates(order.warehouse()),
                        order.recovered() ? "job" : "");
    }

    private static ScriptCall on(Warehouse warehouse, String id) {
        return ScriptCall.on(
                RedisKeys.order(warehouse, id),
                RedisKeys.jobs(warehouse),
                RedisKeys.stock(warehouse),
                RedisKeys.ledger(warehouse));
    }

    /** An order of which the stock may have to return. @param ownerToken this attempt's */
    public record Cancelled(Warehouse warehouse, String id, String ownerToken) {}

    /**
     * An order to settle.
     *
     * @param foreignOrderId its producer's id for it, where that is not the id itself; else empty
     * @param packedItems what its message says; empty if only the record has them. The record wins
     * @param ownerToken this attempt's
     * @param recovered whether its due job brought it here, and no message
     */
    public record Order(
            Warehouse warehouse,
            String id,
            String foreignOrderId,
            String packedItems,
            String ownerToken,
            boolean recovered) {}
}
