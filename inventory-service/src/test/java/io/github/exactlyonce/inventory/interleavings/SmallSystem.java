package io.github.exactlyonce.inventory.interleavings;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.processing.OrderHint;
import io.lettuce.core.resource.ClientResources;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The machines that a scenario is made of: clients, and replicas of two threads each, as in the service. */
final class SmallSystem {

    static final String SKU = "001";

    private static final LuaScript PLACE_ORDER = LuaScript.returningList("place-order.lua");
    private static final LuaScript CANCEL_ORDER = LuaScript.returningList("cancel-order.lua");
    private static final OrderItems ONE_UNIT = OrderItems.of(new OrderItem(SKU, 1));
    private static final Predicate<RedisImage> ALWAYS = redis -> true;

    private final List<ReplicaBeans> replicas = new ArrayList<>();

    /** @param replicas at the most; one more stands by to do what is left at the end */
    SmallSystem(int replicas, ClientResources resources) {
        for (int i = 0; i <= replicas; i++) {
            this.replicas.add(new ReplicaBeans("inventory-" + (i + 1), resources));
        }
    }

    /** Posts one order of one unit. */
    Machine client(String orderId) {
        return client(MAIN, orderId);
    }

    Machine client(Warehouse warehouse, String orderId) {
        Operation place = new Operation(
                "POST /orders",
                ALWAYS,
                // The order service is another module, so this is its script with its arguments.
                pipeline -> pipeline.eval(
                        PLACE_ORDER,
                        ScriptCall.on(RedisKeys.order(warehouse, orderId), RedisKeys.jobs(warehouse))
                                .with(
                                        "announce",
                                        orderId,
                                        1,
                                        RedisKeys.orderUpdates(warehouse),
                                        RedisKeys.jobUpdates(warehouse),
                                        ONE_UNIT.packed(),
                                        "",
                                        "",
                                        "")));
        return Machine.idle("client of " + orderId + in(warehouse), -1, "c", replicas.get(0), List.of(place));
    }

    /** Cancels an order, as soon as there is one, so many times. */
    Machine canceller(int requests, String orderId) {
        Operation cancel = new Operation(
                "DELETE /orders/" + orderId,
                redis -> redis.keys().containsKey(RedisKeys.order(MAIN, orderId)),
                pipeline -> pipeline.eval(
                        CANCEL_ORDER,
                        ScriptCall.on(RedisKeys.order(MAIN, orderId), RedisKeys.jobs(MAIN))
                                .with(orderId, 1, RedisKeys.orderUpdates(MAIN), "")));
        return Machine.idle("canceller of " + orderId, -1, "d", replicas.get(0), Collections.nCopies(requests, cancel));
    }

    /** As {@link #messages}, and as many copies of the message that the order is cancelled, once that is so. */
    Machine messagesOfCancelled(int replica, int copies, String orderId) {
        List<Operation> left = new ArrayList<>(Collections.nCopies(copies, hearsOurs(replica, MAIN, orderId)));
        OrderHint hint = OrderHint.toReturn(MAIN, orderId, Instant.EPOCH, null, OrderHint.Source.MESSAGE);
        ReplicaBeans beans = replicas.get(replica);
        left.addAll(Collections.nCopies(
                copies,
                new Operation(
                        "hears that " + orderId + " is cancelled",
                        redis -> redis.hash(RedisKeys.order(MAIN, orderId)).containsKey("cancelRequestedAt"),
                        pipeline -> beans.hear(pipeline, hint))));
        return machine(replica, "m", left);
    }

    /** A replica's thread that works on messages: up to so many copies of the message of each of these orders, in any order. */
    Machine messages(int replica, int copies, String... orderIds) {
        List<Operation> left = new ArrayList<>();
        for (String id : orderIds) {
            left.addAll(Collections.nCopies(copies, hearsOurs(replica, MAIN, id)));
        }
        return machine(replica, "m", left);
    }

    /** As {@link #messages}, of orders with the same id in several warehouses. */
    Machine messagesOf(int replica, String orderId, Warehouse... warehouses) {
        return machine(
                replica,
                "m",
                Arrays.stream(warehouses)
                        .map(warehouse -> hearsOurs(replica, warehouse, orderId))
                        .toList());
    }

    /** As {@link #messages}, of another producer: nobody has recorded the order before. */
    Machine messagesOfAnotherProducer(int replica, int copies, String orderId) {
        return machine(replica, "m", Collections.nCopies(copies, hears(replica, hint(MAIN, orderId, null), ALWAYS)));
    }

    /** A replica's thread that looks for due jobs, up to so many times. */
    Machine poller(int replica, int looks) {
        return poller(replica, looks, MAIN);
    }

    private Machine poller(int replica, int looks, Warehouse... warehouses) {
        ReplicaBeans beans = replicas.get(replica);
        Operation look = new Operation(
                "looks for due jobs",
                redis -> Arrays.stream(warehouses)
                        .anyMatch(warehouse ->
                                !redis.members(RedisKeys.jobs(warehouse)).isEmpty()),
                pipeline -> beans.lookForDueJobs(pipeline, warehouses));
        return machine(replica, "p", Collections.nCopies(looks, look));
    }

    /** The replica that stands by. */
    Machine healer() {
        return healer(MAIN);
    }

    Machine healer(Warehouse... warehouses) {
        return poller(replicas.size() - 1, 1, warehouses);
    }

    Machine machine(int replica, String role, List<Operation> left) {
        ReplicaBeans beans = replicas.get(replica);
        return Machine.idle(
                beans.name() + (role.equals("p") ? "'s poller" : ""), replica, role, beans, List.copyOf(left));
    }

    private static OrderHint hint(Warehouse warehouse, String id, @Nullable Instant placedAt) {
        return OrderHint.toSettle(warehouse, id, id, ONE_UNIT, placedAt, null, OrderHint.Source.MESSAGE);
    }

    private Operation hearsOurs(int replica, Warehouse warehouse, String id) {
        return hears(
                replica,
                hint(warehouse, id, Instant.EPOCH),
                redis -> redis.keys().containsKey(RedisKeys.order(warehouse, id)));
    }

    private static String in(Warehouse warehouse) {
        return warehouse.isMain() ? "" : " in " + warehouse;
    }

    private Operation hears(int replica, OrderHint hint, Predicate<RedisImage> mayBegin) {
        ReplicaBeans beans = replicas.get(replica);
        return new Operation(
                "hears of " + hint.id() + in(hint.warehouse()), mayBegin, pipeline -> beans.hear(pipeline, hint));
    }
}
