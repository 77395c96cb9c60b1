package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.order.Cancellation.Outcome;
import java.util.List;
import org.springframework.stereotype.Component;

/** {@code cancel-order.lua}: what it is given for a request, and what its answer means. */
@Component
final class CancelOrder {

    static final LuaScript SCRIPT = LuaScript.returningList("cancel-order.lua");

    private static final long CHANGED = 1;

    private final CurrentTrace trace;
    private final Channels channels;
    private final long graceMillis;

    CancelOrder(CurrentTrace trace, Channels channels, OrderProperties properties) {
        this.trace = trace;
        this.channels = channels;
        this.graceMillis = properties.grace().toMillis();
    }

    /** To be called by the thread that answers the request: the return of the stock continues its trace. */
    ScriptCall call(Warehouse warehouse, String id) {
        return ScriptCall.on(RedisKeys.order(warehouse, id), RedisKeys.jobs(warehouse))
                .with(id, graceMillis, channels.orderUpdates(warehouse), TraceParent.argument(trace.current()));
    }

    static Cancellation cancellation(Warehouse warehouse, String id, List<Object> answer) {
        if (answer.size() == 1) {
            return new Cancellation(Outcome.UNKNOWN, null);
        }
        OrderRecord order = OrderRecord.of(warehouse, id, PlaceOrder.fields(answer.subList(1, answer.size())));
        if ((Long) answer.get(0) == CHANGED) {
            return new Cancellation(Outcome.CANCELLED, order);
        }
        return new Cancellation(order.status() == OrderStatus.REJECTED ? Outcome.REFUSED : Outcome.REPEATED, order);
    }
}
