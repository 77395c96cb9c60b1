package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.Replica;
import io.lettuce.core.KeyValue;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * What the replicas tell each other about the audits of one warehouse:
 *
 * <pre>{@code
 * checkpoint 1767225600000-0  entries 5012  begunAt 1767220000000  begunBecause FIRST     what was replayed
 * gaps 0                                                           how often entries were gone before they were replayed
 * unmatched 0                                                      how many entries are not what a replica writes
 * forgottenAt 1767220000000                                        what is older was declared right by a DELETE
 * cursor 512  settled 4000  roundEndedAt …  roundSettled …         the round over the orders
 * holder inventory-1/x7Qa03_k  heldUntil 1767225780000             who audits each minute
 * auditedAt 1767225600000  verdict {"clean":true,…}                the last complete audit
 * }</pre>
 *
 * <p>Touches {@code audit:{main}}. All times are Redis's.
 */
final class AuditBook {

    /** Who has not come for so many intervals does not audit any more. */
    private static final int MISSED_INTERVALS = 3;

    private static final LuaScript READ_CLOCK = LuaScript.returningNumber("read-clock.lua");
    private static final LuaScript HOLD_AUDIT = LuaScript.returningList("hold-audit.lua");
    private static final LuaScript CONCLUDE_AUDIT = LuaScript.returningNumber("conclude-audit.lua");

    private final Warehouse warehouse;
    private final InventoryProperties properties;
    private final JsonMapper json;
    private final String owner;

    AuditBook(Warehouse warehouse, InventoryProperties properties, Replica replica, JsonMapper json) {
        this.warehouse = warehouse;
        this.properties = properties;
        this.json = json;
        this.owner = replica.newOwnerToken();
    }

    /** In Unix milliseconds. */
    long now(Pipeline pipeline) {
        return pipeline.<Long>eval(READ_CLOCK, ScriptCall.on(RedisKeys.audit(warehouse)))
                .require();
    }

    /** Asks for the lease, or renews it, and for what is known. */
    Standing hold(Pipeline pipeline) {
        long lease = properties.audit().interval().toMillis() * MISSED_INTERVALS;
        List<Object> answer = pipeline.<List<Object>>eval(
                        HOLD_AUDIT, ScriptCall.on(RedisKeys.audit(warehouse)).with(owner, lease))
                .require();
        return new Standing((Long) answer.get(0) == 1, (Long) answer.get(1), read((String) answer.get(2)));
    }

    /** @param begunAt of the baseline that the audit was made on; if that has changed, its result is void */
    void conclude(Pipeline pipeline, String begunAt, AuditReport report) {
        ScriptCall call = ScriptCall.on(RedisKeys.audit(warehouse))
                .with(begunAt, report.auditedAt().toEpochMilli(), json.writeValueAsString(report));
        pipeline.eval(CONCLUDE_AUDIT, call).require();
    }

    State state(Pipeline pipeline) {
        Map<String, String> fields = new HashMap<>();
        pipeline
                .sendAll(
                        List.of(RedisKeys.audit(warehouse)),
                        (redis, key) -> redis.hmget(
                                key,
                                "checkpoint",
                                "entries",
                                "begunAt",
                                "begunBecause",
                                "gaps",
                                "unmatched",
                                "forgottenAt",
                                "settled",
                                "roundEndedAt",
                                "roundSettled"))
                .get(0)
                .require()
                .stream()
                .filter(KeyValue::hasValue)
                .forEach(field -> fields.put(field.getKey(), field.getValue()));
        AuditReport.Replayed replayed = new AuditReport.Replayed(
                Instant.ofEpochMilli(number(fields, "begunAt")),
                fields.getOrDefault("begunBecause", ""),
                number(fields, "entries"),
                fields.getOrDefault("checkpoint", ""));
        boolean hasEnded = fields.containsKey("roundEndedAt");
        AuditReport.Round round = new AuditReport.Round(
                number(fields, "settled"),
                hasEnded ? Instant.ofEpochMilli(number(fields, "roundEndedAt")) : null,
                hasEnded ? number(fields, "roundSettled") : null);
        return new State(
                replayed, round, number(fields, "gaps"), number(fields, "unmatched"), number(fields, "forgottenAt"));
    }

    private static long number(Map<String, String> fields, String name) {
        String number = fields.getOrDefault(name, "");
        return number.matches("\\d{1,18}") ? Long.parseLong(number) : 0; // what else is there, a hand has written
    }

    private Optional<AuditReport> read(String verdict) {
        try {
            return verdict.isEmpty() ? Optional.empty() : Optional.of(json.readValue(verdict, AuditReport.class));
        } catch (JacksonException e) { // of another release
            return Optional.empty();
        }
    }

    /**
     * @param mine whether this process is the one that audits
     * @param now in Unix milliseconds
     * @param last the last complete audit
     */
    record Standing(boolean mine, long now, Optional<AuditReport> last) {}

    /**
     * @param gaps how often entries were gone before any audit had seen them
     * @param unmatched entries that are not what a replica writes
     */
    record State(AuditReport.Replayed replayed, AuditReport.Round round, long gaps, long unmatched, long forgottenAt) {}
}
