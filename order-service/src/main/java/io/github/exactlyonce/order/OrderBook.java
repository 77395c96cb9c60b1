package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.data.redis.core.HashOperations;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.stereotype.Repository;

/**
 * The orders in Redis. Placing writes {@link RedisKeys#order} and {@link RedisKeys#jobs} and publishes on
 * {@link RedisKeys#orderUpdates}, all in one script; it is safe to repeat, which is what Lettuce does with a command
 * whose answer was cut off by a reconnect. An order for later is not published; if its job is the first one due, that is
 * said on {@link RedisKeys#jobUpdates}. Cancelling writes the same keys, and publishes on {@link RedisKeys#orderUpdates} if stock is to
 * return. Whether a time is in the past is decided by Redis's clock.
 *
 * <p>Every method throws {@link org.springframework.dao.DataAccessException} if Redis cannot be reached, is late, or
 * refuses to write (out of memory, or for longer than its timeout a read-only replica or a cluster without a majority), and
 * if too many requests wait for the same shard.
 */
@Repository
class OrderBook {

    private final StringRedisTemplate redis;
    private final Duration timeout;
    private final FirstConnection connection;
    private final Bulkhead bulkhead;
    private final WarehouseRegistry warehouses;
    private final PlaceOrder script;
    private final CancelOrder cancelScript;
    private final GroupCommit replicaCommits;
    private final GroupCommit diskCommits;
    private final AppendOnlyFile disk;
    private final DefaultRedisScript<List<Object>> placeOrder;
    private final DefaultRedisScript<List<Object>> cancelOrder;

    OrderBook(
            StringRedisTemplate redis,
            Pipelines pipelines,
            FirstConnection connection,
            Bulkhead bulkhead,
            WarehouseRegistry warehouses,
            PlaceOrder script,
            CancelOrder cancelScript,
            GroupCommit replicaCommits,
            GroupCommit diskCommits,
            AppendOnlyFile disk) {
        this.redis = redis;
        this.timeout = pipelines.timeout();
        this.connection = connection;
        this.bulkhead = bulkhead;
        this.warehouses = warehouses;
        this.script = script;
        this.cancelScript = cancelScript;
        this.replicaCommits = replicaCommits;
        this.diskCommits = diskCommits;
        this.disk = disk;
        this.placeOrder = new DefaultRedisScript<>(PlaceOrder.SCRIPT.body(), listOfObjects());
        this.cancelOrder = new DefaultRedisScript<>(CancelOrder.SCRIPT.body(), listOfObjects());
    }

    /**
     * Returns when the order is as durable as wanted, or is not in time: the placement says which.
     *
     * @throws DiskUnavailableException if it is wanted on disk and this Redis cannot say so; nothing was placed
     */
    Placement place(OrderRequest request, Durability wanted) {
        connection.require();
        String key = RedisKeys.order(request.warehouse(), request.id());
        return bulkhead.within(
                key, () -> PassingRefusals.waitOut(limit(wanted), deadline -> place(request, wanted, deadline)));
    }

    Cancellation cancel(Warehouse warehouse, String id) {
        connection.require();
        ScriptCall call = cancelScript.call(warehouse, id);
        List<Object> answer = bulkhead.within(
                RedisKeys.order(warehouse, id),
                () -> PassingRefusals.waitOut(
                        timeout,
                        deadline -> redis.execute(
                                cancelOrder, call.keys(), call.arguments().toArray())));
        return CancelOrder.cancellation(warehouse, id, answer);
    }

    Optional<OrderRecord> find(Warehouse warehouse, String id) {
        connection.require();
        HashOperations<String, String, String> hashes = redis.opsForHash();
        String key = RedisKeys.order(warehouse, id);
        Map<String, String> fields =
                bulkhead.within(key, () -> PassingRefusals.waitOut(timeout, deadline -> hashes.entries(key)));
        return fields.isEmpty() ? Optional.empty() : Optional.of(OrderRecord.of(warehouse, id, fields));
    }

    private Duration limit(Durability wanted) {
        return switch (wanted) {
            case MEMORY -> timeout;
            case REPLICA -> replicaCommits.patience();
            case DISK -> diskCommits.patience();
        };
    }

    private Placement place(OrderRequest request, Durability wanted, long deadline) {
        warehouses.use(request.warehouse());
        return switch (wanted) {
            case MEMORY -> place(request);
            case REPLICA -> replicaCommits.place(request, deadline);
            case DISK -> placeOnDisk(request, deadline);
        };
    }

    private Placement place(OrderRequest request) {
        ScriptCall call = script.call(request, false);
        return PlaceOrder.placement(
                request, redis.execute(placeOrder, call.keys(), call.arguments().toArray()));
    }

    private Placement placeOnDisk(OrderRequest request, long deadline) {
        disk.require();
        Placement placement = diskCommits.place(request, deadline);
        if (placement.reached() != Durability.DISK) {
            disk.askAgain(); // perhaps it is another Redis now, or the file was switched off
        }
        return placement;
    }

    /** A script that returns a table is declared with the class of a list, which knows no type of element. */
    @SuppressWarnings("unchecked")
    private static Class<List<Object>> listOfObjects() {
        return (Class<List<Object>>) (Class<?>) List.class;
    }
}
