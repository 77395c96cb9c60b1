package io.github.exactlyonce.testbed.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Everything that an audit looks at, as Redis holds it.
 *
 * @param records order id → its hash, empty if there is none
 * @param jobs what is left to do
 */
record History(
        List<LedgerEntry> ledger,
        boolean ledgerWasTrimmed,
        Map<String, Map<String, String>> records,
        Map<String, Long> stock,
        List<String> jobs,
        List<String> deadLetters) {

    private static final int PAGE = 1_000;
    private static final Duration PAGE_LIMIT = Duration.ofSeconds(30);

    static History read(
            StatefulRedisConnection<String, String> redis, Warehouse warehouse, Collection<String> orderIds) {
        List<LedgerEntry> ledger = stream(redis, RedisKeys.ledger(warehouse)).stream()
                .map(LedgerEntry::of)
                .toList();
        return new History(
                ledger,
                wasTrimmed(redis, warehouse, ledger.size()),
                records(redis, warehouse, List.copyOf(orderIds)),
                stock(redis, warehouse),
                redis.sync().zrange(RedisKeys.jobs(warehouse), 0, -1),
                stream(redis, RedisKeys.deadLetters(warehouse)).stream()
                        .map(message -> message.getBody().toString())
                        .toList());
    }

    private static List<StreamMessage<String, String>> stream(
            StatefulRedisConnection<String, String> redis, String key) {
        List<StreamMessage<String, String>> all = new ArrayList<>();
        List<StreamMessage<String, String>> page = redis.sync().xrange(key, Range.unbounded(), Limit.from(PAGE));
        while (!page.isEmpty()) {
            all.addAll(page);
            Range<String> rest = Range.from(
                    Range.Boundary.excluding(page.get(page.size() - 1).getId()), Range.Boundary.unbounded());
            page = redis.sync().xrange(key, rest, Limit.from(PAGE));
        }
        return all;
    }

    /** Redis 7 counts what was ever added; on 6.2, where this is not known, a trimmed ledger shows as lost orders. */
    private static boolean wasTrimmed(StatefulRedisConnection<String, String> redis, Warehouse warehouse, int entries) {
        if (redis.sync().exists(RedisKeys.ledger(warehouse)) == 0) {
            return false;
        }
        List<Object> info = redis.sync().xinfoStream(RedisKeys.ledger(warehouse));
        int added = info.indexOf("entries-added");
        return added >= 0 && (Long) info.get(added + 1) != entries;
    }

    private static Map<String, Map<String, String>> records(
            StatefulRedisConnection<String, String> redis, Warehouse warehouse, List<String> ids) {
        Map<String, Map<String, String>> records = new HashMap<>();
        for (int from = 0; from < ids.size(); from += PAGE) {
            Map<String, RedisFuture<Map<String, String>>> page = new LinkedHashMap<>();
            for (String id : ids.subList(from, Math.min(from + PAGE, ids.size()))) {
                page.put(id, redis.async().hgetall(RedisKeys.order(warehouse, id)));
            }
            LettuceFutures.awaitAll(PAGE_LIMIT, page.values().toArray(new RedisFuture<?>[0]));
            page.forEach(
                    (id, future) -> records.put(id, future.toCompletableFuture().join()));
        }
        return records;
    }

    private static Map<String, Long> stock(StatefulRedisConnection<String, String> redis, Warehouse warehouse) {
        Map<String, Long> stock = new HashMap<>();
        redis.sync().hgetall(RedisKeys.stock(warehouse)).forEach((sku, units) -> stock.put(sku, Long.valueOf(units)));
        return stock;
    }
}
