package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.InventoryProperties;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Adds up what the ledger says that the stock is, from checkpoint to checkpoint. All of it happens in Redis, a page a step:
 * what a process believes about the ledger is never written, so any number of them may do this at once.
 *
 * <p>Touches {@code audit:{main}}, {@code audit-stock:{main}}, {@code audit-findings:{main}}; reads {@code ledger:{main}},
 * {@code stock:{main}}, {@code order:{main}:<id>}.
 */
final class LedgerReplay {

    /** Redis answers nobody else meanwhile: about a millisecond, for each entry's record is read too. */
    private static final int PAGE = 100;

    /** Entries after the checkpoint that a comparison reads, without their records. More come while orders flow. */
    private static final int TAIL = 500;

    private static final LuaScript ADVANCE_AUDIT =
            LuaScript.returningList("replay-ledger.lua").around("advance-audit.lua");
    private static final LuaScript COMPARE_STOCK =
            LuaScript.returningList("replay-ledger.lua").around("compare-stock.lua");

    private final Warehouse warehouse;
    private final InventoryProperties properties;

    LedgerReplay(Warehouse warehouse, InventoryProperties properties) {
        this.warehouse = warehouse;
        this.properties = properties;
    }

    /** Forgets all, and adopts the stock as it is: one step, unless a hand has made one of the audit's own keys another type. */
    void forget(Pipeline pipeline) {
        ScriptCall call = call(PAGE, properties.retention().toMillis(), 1);
        Reply<List<Object>> forgotten = pipeline.eval(ADVANCE_AUDIT, call);
        if (forgotten.isFailure() && forgotten.reason().contains("WRONGTYPE")) {
            pipeline.sendAll(
                            List.of(
                                    RedisKeys.audit(warehouse),
                                    RedisKeys.auditStock(warehouse),
                                    RedisKeys.auditFindings(warehouse)),
                            (redis, key) -> redis.del(key))
                    .forEach(Reply::require);
            forgotten = pipeline.eval(ADVANCE_AUDIT, call);
        }
        forgotten.require();
    }

    /**
     * Replays what is new in the ledger.
     *
     * @return {@code begunAt}, or empty if there was no time to come to its end
     */
    Optional<String> advance(Pipeline pipeline, Deadline deadline) {
        while (!deadline.hasPassed()) {
            List<Object> moved = pipeline.<List<Object>>eval(
                            ADVANCE_AUDIT, call(PAGE, properties.retention().toMillis(), 0))
                    .require();
            if ((Long) moved.get(0) < PAGE) {
                return Optional.of((String) moved.get(1));
            }
        }
        return Optional.empty();
    }

    /** @return what differs of these SKUs; empty if the checkpoint has to be advanced before */
    Optional<List<AuditReport.Difference>> compare(Pipeline pipeline, List<String> skus) {
        List<Object> answer = pipeline.<List<Object>>eval(COMPARE_STOCK, call(TAIL, skus.toArray()))
                .require();
        if ((Long) answer.get(0) == 0) {
            return Optional.empty();
        }
        List<AuditReport.Difference> differing = new ArrayList<>();
        for (int i = 1; i < answer.size(); i += 4) {
            String sku = (String) answer.get(i);
            long expected = Long.parseLong((String) answer.get(i + 1));
            boolean isThere = (Long) answer.get(i + 2) == 1;
            String text = (String) answer.get(i + 3);
            boolean isNumber = isThere && text.matches("0|-?[1-9]\\d{0,15}");
            differing.add(new AuditReport.Difference(
                    sku, expected, isNumber ? Long.valueOf(text) : null, isThere && !isNumber ? text : null));
        }
        return Optional.of(differing);
    }

    private ScriptCall call(int entries, Object... more) {
        return ScriptCall.on(
                        RedisKeys.audit(warehouse),
                        RedisKeys.auditStock(warehouse),
                        RedisKeys.stock(warehouse),
                        RedisKeys.ledger(warehouse),
                        RedisKeys.auditFindings(warehouse))
                .with(Stream.concat(Stream.of(entries, properties.ledgerLength()), Stream.of(more))
                        .toArray());
    }
}
