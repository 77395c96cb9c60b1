package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.inventory.audit.AuditReport.Difference;
import io.lettuce.core.KeyValue;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One comparison of all SKUs with what the ledger says: of those in stock, then of those that the ledger knows and that are
 * not in stock any more. Some hundred SKUs are compared at one instant.
 *
 * <p>Reads what {@link LedgerReplay} reads.
 */
final class StockComparison {

    private static final int CHUNK = 500;

    /** Of so many SKUs that differ it is remembered that they were counted: a scan may come by twice. */
    private static final int MOST_REMEMBERED = 10_000;

    private final Warehouse warehouse;
    private final LedgerReplay replay;
    private final Pipeline pipeline;
    private final Deadline deadline;
    private final Set<String> counted = new HashSet<>();
    private final List<Difference> offenders = new ArrayList<>();
    private long compared;
    private long skus;
    private long units;
    private boolean complete = true;

    StockComparison(Warehouse warehouse, LedgerReplay replay, Pipeline pipeline, Deadline deadline) {
        this.warehouse = warehouse;
        this.replay = replay;
        this.pipeline = pipeline;
        this.deadline = deadline;
    }

    StockComparison run() {
        scan(RedisKeys.stock(warehouse));
        scan(RedisKeys.auditStock(warehouse));
        return this;
    }

    /** Whether there was time for all. */
    boolean isComplete() {
        return complete;
    }

    AuditReport.Drift drift() {
        return new AuditReport.Drift(compared, skus, units, offenders);
    }

    private void scan(String key) {
        ScanArgs step = ScanArgs.Builder.limit(CHUNK);
        ScanCursor cursor = ScanCursor.INITIAL;
        do {
            MapScanCursor<String, String> page = pipeline.sendAll(
                            List.of(cursor), (redis, at) -> redis.hscan(key, at, step))
                    .get(0)
                    .require();
            cursor = page;
            List<String> found = List.copyOf(page.getMap().keySet());
            if (key.equals(RedisKeys.auditStock(warehouse))) {
                found = notInStock(found);
            }
            for (int from = 0; from < found.size() && complete; from += CHUNK) {
                compare(found.subList(from, Math.min(from + CHUNK, found.size())));
            }
        } while (!cursor.isFinished() && complete);
    }

    private List<String> notInStock(List<String> known) {
        if (known.isEmpty()) {
            return known;
        }
        return pipeline
                .sendAll(
                        List.of(known),
                        (redis, all) -> redis.hmget(RedisKeys.stock(warehouse), all.toArray(String[]::new)))
                .get(0)
                .require()
                .stream()
                .filter(level -> !level.hasValue())
                .map(KeyValue::getKey)
                .toList();
    }

    private void compare(List<String> chunk) {
        while (!deadline.hasPassed()) {
            Optional<List<Difference>> differing = replay.compare(pipeline, chunk);
            if (differing.isPresent()) {
                compared += chunk.size();
                differing.get().forEach(this::count);
                return;
            }
            replay.advance(pipeline, deadline);
        }
        complete = false;
    }

    private void count(Difference difference) {
        if (counted.size() < MOST_REMEMBERED && !counted.add(difference.sku())) {
            return;
        }
        skus++;
        units += difference.units();
        if (offenders.size() < AuditReport.MOST_OFFENDERS) {
            offenders.add(difference);
        }
    }
}
