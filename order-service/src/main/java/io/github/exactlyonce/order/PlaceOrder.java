package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.order.Placement.Outcome;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** {@code place-order.lua}: what it is given for a request, and what its answer means. */
@Component
final class PlaceOrder {

    static final LuaScript SCRIPT = LuaScript.returningList("place-order.lua");

    private static final long NEW = 1;

    private final CurrentTrace trace;
    private final Channels channels;
    private final long graceMillis;

    PlaceOrder(CurrentTrace trace, Channels channels, OrderProperties properties) {
        this.trace = trace;
        this.channels = channels;
        this.graceMillis = properties.grace().toMillis();
    }

    /**
     * To be called by the thread that answers the request: the order continues its trace.
     *
     * @param durable whether a wait follows
     */
    ScriptCall call(OrderRequest request, boolean durable) {
        Instant scheduledFor = request.scheduledFor();
        Warehouse warehouse = request.warehouse();
        return ScriptCall.on(RedisKeys.order(warehouse, request.id()), RedisKeys.jobs(warehouse))
                .with(
                        "announce",
                        request.id(),
                        graceMillis,
                        channels.orderUpdates(warehouse),
                        channels.jobUpdates(warehouse),
                        request.items().packed(),
                        "",
                        scheduledFor == null ? "" : scheduledFor.toEpochMilli(),
                        TraceParent.argument(trace.current()),
                        durable ? "durable" : "");
    }

    static Placement placement(OrderRequest request, List<Object> answer) {
        if ((Long) answer.get(0) == NEW) {
            return placed(request, Instant.ofEpochMilli((Long) answer.get(1)), (String) answer.get(2));
        }
        OrderRecord earlier =
                OrderRecord.of(request.warehouse(), request.id(), fields(answer.subList(1, answer.size())));
        return new Placement(request.asksFor(earlier) ? Outcome.REPEATED : Outcome.CONFLICTING, earlier);
    }

    private static Placement placed(OrderRequest request, Instant placedAt, String status) {
        OrderRecord order = OrderRecord.open(
                request.id(),
                request.warehouse().isMain() ? null : request.warehouse(),
                OrderStatus.valueOf(status),
                request.items(),
                placedAt,
                request.scheduledFor());
        return new Placement(order.status() == OrderStatus.SCHEDULED ? Outcome.SCHEDULED : Outcome.PLACED, order);
    }

    /** @param namesAndValues of a record, as a script returns them */
    static Map<String, String> fields(List<Object> namesAndValues) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            fields.put((String) namesAndValues.get(i), (String) namesAndValues.get(i + 1));
        }
        return fields;
    }
}
