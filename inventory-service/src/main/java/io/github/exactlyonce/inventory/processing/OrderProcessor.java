package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.Replica;
import io.github.exactlyonce.inventory.processing.Decision.Outcome;
import io.github.exactlyonce.inventory.stock.StockLedger;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.function.BiConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The gate and the commit, for a batch of hints at a time. A batch takes at most four flushes, whatever its size, and one more if there
 * are cancelled orders in it:
 *
 * <ol>
 *   <li>record: orders of other producers get the record and the due job that ours have already
 *       ({@code order:{main}:<id>}, {@code jobs:{main}}), so that this replica may die at any later point;
 *   <li>gate: {@link OrderLock};
 *   <li>commit: {@link StockLedger#settleAll} and {@link StockLedger#returnAll}, whose scripts are the guarantee;
 *   <li>release: the locks of commits that failed, or found an order that is scheduled for later.
 * </ol>
 *
 * <p>Nothing is thrown: what Redis does not answer is a decision too.
 */
@Component
public final class OrderProcessor {

    private static final Logger log = LoggerFactory.getLogger(OrderProcessor.class);
    private static final LuaScript PLACE_ORDER = LuaScript.returningList("place-order.lua");

    /** The first element of the answer to a release that announced the order. */
    private static final long RELEASED = 1;

    private final StockLedger stockLedger;
    private final OrderLock lock;
    private final Replica replica;
    private final Channels channels;
    private final OrdersProperties properties;
    private final DecisionLog decisionLog;
    private final Clock clock;

    OrderProcessor(
            StockLedger stockLedger,
            OrderLock lock,
            Replica replica,
            Channels channels,
            OrdersProperties properties,
            DecisionLog decisionLog,
            Clock clock) {
        this.stockLedger = stockLedger;
        this.lock = lock;
        this.replica = replica;
        this.channels = channels;
        this.properties = properties;
        this.decisionLog = decisionLog;
        this.clock = clock;
    }

    /** @return one decision per hint, in their order */
    public List<Decision> process(Pipeline pipeline, List<OrderHint> hints) {
        long start = System.nanoTime();
        List<Attempt> attempts = hints.stream()
                .map(hint -> new Attempt(hint, replica.newOwnerToken(), clock))
                .toList();
        record(pipeline, attempts);
        gate(pipeline, attempts);
        commit(pipeline, attempts);
        List<Decision> decisions = attempts.stream().map(Attempt::decision).toList();
        report(decisions, Duration.ofNanos(System.nanoTime() - start));
        return decisions;
    }

    /**
     * Announces orders that were placed for later and are due: {@code place-order.lua}, which does it once. An order that is
     * not due yet gets its job back at its time.
     *
     * @return one reply per order, in their order: whether this announced it
     */
    List<Reply<Boolean>> release(Pipeline pipeline, List<OrderHint> scheduled) {
        List<Reply<List<Object>>> replies = pipeline.evalAll(
                PLACE_ORDER, scheduled.stream().map(this::releaseCall).toList());
        return replies.stream()
                .map(reply -> reply.map(answer -> answer.get(0).equals(RELEASED)))
                .toList();
    }

    /**
     * Records an order with its due job, due now, and nothing else; one that is recorded already stays as it is, and gets its
     * job back if that had been given up.
     */
    Reply<Object> record(Pipeline pipeline, OrderHint hint) {
        return pipeline.eval(PLACE_ORDER, recordCall(new Attempt(hint, replica.newOwnerToken(), clock), Duration.ZERO));
    }

    /** What was done is done: a line or a meter that fails must not hide it from the caller. */
    private void report(List<Decision> decisions, Duration took) {
        try {
            decisionLog.write(decisions, took);
        } catch (RuntimeException e) {
            log.error("decisions could not be reported", e);
        }
    }

    private void record(Pipeline pipeline, List<Attempt> attempts) {
        List<Attempt> unrecorded =
                attempts.stream().filter(attempt -> attempt.hint.needsRecord()).toList();
        List<Reply<Object>> replies = pipeline.evalAll(
                PLACE_ORDER,
                unrecorded.stream()
                        .map(attempt -> recordCall(attempt, properties.grace()))
                        .toList());
        for (int i = 0; i < unrecorded.size(); i++) {
            Reply<Object> reply = replies.get(i);
            if (reply.isFailure()) {
                unrecorded.get(i).decide(Outcome.NOT_RECORDED, reply.reason());
            }
        }
    }

    private ScriptCall releaseCall(OrderHint hint) {
        Warehouse warehouse = hint.warehouse();
        return ScriptCall.on(RedisKeys.order(warehouse, hint.id()), RedisKeys.jobs(warehouse))
                .with(
                        "release",
                        hint.id(),
                        properties.grace().toMillis(),
                        channels.orderUpdates(warehouse),
                        channels.jobUpdates(warehouse));
    }

    private ScriptCall recordCall(Attempt attempt, Duration grace) {
        String id = attempt.hint.id();
        Warehouse warehouse = attempt.hint.warehouse();
        return ScriptCall.on(RedisKeys.order(warehouse, id), RedisKeys.jobs(warehouse))
                .with(
                        "record",
                        id,
                        grace.toMillis(),
                        channels.orderUpdates(warehouse),
                        channels.jobUpdates(warehouse),
                        attempt.packedItems(),
                        attempt.foreignOrderId(),
                        "",
                        TraceParent.argument(attempt.hint.traceParent()));
    }

    private void gate(Pipeline pipeline, List<Attempt> attempts) {
        List<Attempt> open = open(attempts);
        List<Reply<Boolean>> replies = lock.acquireAll(pipeline, open);
        for (int i = 0; i < open.size(); i++) {
            Reply<Boolean> reply = replies.get(i);
            if (reply.isFailure()) {
                open.get(i).decide(failure(reply), reply.reason());
            } else if (!reply.get()) {
                open.get(i).decide(Outcome.LOCK_HELD, "");
            }
        }
    }

    /**
     * After a success the locks are kept and turn late copies away. After a failure another replica may try at once, and a
     * scheduled order is announced by its release, which must find the lock free.
     */
    private void commit(Pipeline pipeline, List<Attempt> attempts) {
        List<Attempt> won = open(attempts);
        List<Attempt> orders =
                won.stream().filter(attempt -> !attempt.hint.isReturn()).toList();
        List<Attempt> cancelled =
                won.stream().filter(attempt -> attempt.hint.isReturn()).toList();
        decide(
                orders,
                stockLedger.settleAll(
                        pipeline, orders.stream().map(Attempt::order).toList()),
                (attempt, settlement) -> attempt.decide(settlement));
        decide(
                cancelled,
                stockLedger.returnAll(
                        pipeline, cancelled.stream().map(Attempt::cancelled).toList()),
                (attempt, stockReturn) -> attempt.decide(stockReturn));
        lock.releaseAll(
                pipeline,
                won.stream()
                        .filter(attempt -> attempt.decision().leavesItToOthers())
                        .toList());
    }

    private static <T> void decide(List<Attempt> attempts, List<Reply<T>> replies, BiConsumer<Attempt, T> answered) {
        for (int i = 0; i < attempts.size(); i++) {
            Reply<T> reply = replies.get(i);
            if (reply.isFailure()) {
                attempts.get(i).decide(failure(reply), reply.reason());
            } else {
                answered.accept(attempts.get(i), reply.get());
            }
        }
    }

    private static Outcome failure(Reply<?> reply) {
        return reply.isRefusedForNow() ? Outcome.REFUSED : Outcome.FAILED;
    }

    private static List<Attempt> open(List<Attempt> attempts) {
        return attempts.stream().filter(Attempt::isOpen).toList();
    }
}
