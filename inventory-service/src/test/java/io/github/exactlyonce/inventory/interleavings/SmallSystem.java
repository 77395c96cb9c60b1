package io.github.exactlyonce.inventory.interleavings;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.processing.OrderHint;
import io.lettuce.core.resource.ClientResources;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The machines that a scenario is made of: clients, and replicas of two threads each, as in the service. */
final class SmallSystem {

    static final String SKU = "001";

    private static final LuaScript PLACE_ORDER = LuaScript.returningList("place-order.lua");
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
        Operation place = new Operation(
                "POST /orders",
                ALWAYS,
                // The order service is another module, so this is its script with its arguments.
                pipeline -> pipeline.eval(
                        PLACE_ORDER,
                        ScriptCall.on(RedisKeys.order(orderId), RedisKeys.jobs())
                                .with(
                                        "announce",
                                        orderId,
                                        1,
                                        RedisKeys.ORDER_UPDATES,
                                        RedisKeys.JOB_UPDATES,
                                        ONE_UNIT.packed(),
                                        "",
                                        "",
                                        "")));
        return Machine.idle("client of " + orderId, -1, "c", replicas.get(0), List.of(place));
    }

    /** A replica's thread that works on messages: up to so many copies of the message of each of these orders, in any order. */
    Machine messages(int replica, int copies, String... orderIds) {
        List<Operation> left = new ArrayList<>();
        for (String id : orderIds) {
            OrderHint ours = hint(id, Instant.EPOCH);
            Predicate<RedisImage> isPlaced = redis -> redis.keys().containsKey(RedisKeys.order(id));
            left.addAll(Collections.nCopies(copies, hears(replica, ours, isPlaced)));
        }
        return machine(replica, "m", left);
    }

    /** As {@link #messages}, of another producer: nobody has recorded the order before. */
    Machine messagesOfAnotherProducer(int replica, int copies, String orderId) {
        return machine(replica, "m", Collections.nCopies(copies, hears(replica, hint(orderId, null), ALWAYS)));
    }

    /** A replica's thread that looks for due jobs, up to so many times. */
    Machine poller(int replica, int looks) {
        ReplicaBeans beans = replicas.get(replica);
        Operation look = new Operation(
                "looks for due jobs", redis -> !redis.members(RedisKeys.jobs()).isEmpty(), beans::lookForDueJobs);
        return machine(replica, "p", Collections.nCopies(looks, look));
    }

    /** The replica that stands by. */
    Machine healer() {
        return poller(replicas.size() - 1, 1);
    }

    Machine machine(int replica, String role, List<Operation> left) {
        ReplicaBeans beans = replicas.get(replica);
        return Machine.idle(
                beans.name() + (role.equals("p") ? "'s poller" : ""), replica, role, beans, List.copyOf(left));
    }

    private static OrderHint hint(String id, @Nullable Instant placedAt) {
        return new OrderHint(id, id, ONE_UNIT, placedAt, null, OrderHint.Source.MESSAGE);
    }

    private Operation hears(int replica, OrderHint hint, Predicate<RedisImage> mayBegin) {
        ReplicaBeans beans = replicas.get(replica);
        return new Operation("hears of " + hint.id(), mayBegin, pipeline -> beans.hear(pipeline, hint));
    }
}
