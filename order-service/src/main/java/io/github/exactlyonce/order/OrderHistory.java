package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * What is known of one order's life: read from its record, {@link RedisKeys#order}, its job in {@link RedisKeys#jobs}, its {@link
 * RedisKeys#lock} while there is one, its entry in {@link RedisKeys#ledger}, and {@link RedisKeys#deadLetters} if it is open and has
 * no job. What was not kept is said to be {@value #UNKNOWN}; the replicas' logs may have it.
 */
@Component
final class OrderHistory {

    static final String UNKNOWN = "unknown";

    /** Orders settled in one millisecond. */
    private static final int MOST_ENTRIES = 256;

    private static final int MOST_DEAD_LETTERS = 1_000;

    /** A lock can be on a shard that hangs, which the {@link Bulkhead} of the order's does not see. */
    private static final int LOCK_MILLIS = 200;

    /** What no order is that was never announced. */
    private static final Set<String> ANNOUNCED = Set.of("PLACED", "CONFIRMED", "REJECTED");

    private final OrderReads reads;
    private final Channels channels;
    private final LettuceConnectionFactory connections;

    OrderHistory(OrderReads reads, Channels channels, LettuceConnectionFactory connections) {
        this.reads = reads;
        this.channels = channels;
        this.connections = connections;
    }

    /**
     * In the order in which it happens to an order.
     *
     * @return empty if there is no such order
     * @throws org.springframework.dao.DataAccessException if Redis does not answer
     */
    Optional<List<Map<String, Object>>> of(Warehouse warehouse, String id) {
        return reads.within(warehouse, () -> look(warehouse, id));
    }

    private Optional<List<Map<String, Object>>> look(Warehouse warehouse, String id) {
        // The job before the record: an order that is open after its job was found to be gone has lost it.
        CompletableFuture<@Nullable Double> job = reads.ask(redis ->
                redis.zscore(OrderReads.bytes(RedisKeys.jobs(warehouse)), OrderReads.bytes(RedisKeys.orderJob(id))));
        CompletableFuture<byte @Nullable []> lock =
                reads.ask(redis -> redis.get(OrderReads.bytes(RedisKeys.lock(warehouse, id))));
        CompletableFuture<Map<String, String>> record = reads.fields(warehouse, id);
        Double score = OrderReads.await(job);
        Map<String, String> fields = OrderReads.await(record);
        if (fields.isEmpty()) {
            return Optional.empty();
        }
        List<Map<String, Object>> events = new ArrayList<>();
        placed(events, warehouse, fields);
        boolean tookStock = fields.containsKey("cancelRequestedAt");
        if (!tookStock) { // it is settled as cancelled, then
            cancelled(events, fields);
        }
        gate(events, fields, lock);
        due(events, warehouse, id, fields, score);
        settled(events, warehouse, id, fields);
        if (tookStock) {
            cancelled(events, fields);
        }
        return Optional.of(events);
    }

    private void placed(List<Map<String, Object>> events, Warehouse warehouse, Map<String, String> fields) {
        Object at = time(fields.get("placedAt"));
        boolean isScheduled = "SCHEDULED".equals(fields.get("status"));
        Map<String, Object> placed = event(isScheduled ? "scheduled" : "placed", at);
        if (fields.containsKey("scheduledFor")) {
            placed.put("scheduledFor", time(fields.get("scheduledFor")));
        }
        events.add(placed);
        boolean isOurs = fields.containsKey("told"); // else another producer's message, or an earlier version's
        if (isOurs || ANNOUNCED.contains(fields.getOrDefault("status", ""))) {
            Map<String, Object> announced = event("announced", isOurs ? at : UNKNOWN);
            announced.put(
                    "heardBy", told(warehouse, fields).<Object>map(told -> told).orElse(UNKNOWN));
            events.add(announced);
        }
    }

    /** Redis counts those who are subscribed at the node on which it was published; a plain channel of a cluster has others. */
    private Optional<Integer> told(Warehouse warehouse, Map<String, String> fields) {
        boolean isWhole = !connections.isClusterAware() || channels.isSharded(warehouse);
        return isWhole ? Optional.ofNullable(fields.get("told")).map(Integer::valueOf) : Optional.empty();
    }

    /** The lock is kept for some seconds. If its shard does not answer, that is no reason to say nothing. */
    private static void gate(
            List<Map<String, Object>> events, Map<String, String> fields, CompletableFuture<byte @Nullable []> lock) {
        byte[] token = lock.handle((found, failure) -> found)
                .completeOnTimeout(null, LOCK_MILLIS, TimeUnit.MILLISECONDS)
                .join();
        if (token != null || fields.containsKey("settledBy")) {
            Map<String, Object> won = event("won", UNKNOWN);
            won.put("replica", token == null ? UNKNOWN : OrderRecord.replicaOf(OrderReads.text(token)));
            events.add(won);
        }
    }

    private void due(
            List<Map<String, Object>> events,
            Warehouse warehouse,
            String id,
            Map<String, String> fields,
            @Nullable Double score) {
        if (score != null) {
            double millis = Math.floor(score);
            Map<String, Object> due =
                    event("due", Instant.ofEpochMilli((long) Math.min(millis, 253_402_300_799_999.0)));
            due.put("attempts", Math.round((score - millis) * RedisKeys.ATTEMPTS_PER_MILLISECOND));
            events.add(due);
        } else if ("PLACED".equals(fields.get("status")) || "SCHEDULED".equals(fields.get("status"))) {
            events.add(buried(warehouse, id).orElseGet(() -> event("due", UNKNOWN)));
        }
    }

    private Optional<Map<String, Object>> buried(Warehouse warehouse, String id) {
        List<StreamMessage<byte[], byte[]>> letters = OrderReads.await(reads.ask(redis -> redis.xrevrange(
                OrderReads.bytes(RedisKeys.deadLetters(warehouse)), Range.unbounded(), Limit.from(MOST_DEAD_LETTERS))));
        return letters.stream()
                .map(letter -> Map.entry(letter.getId(), OrderReads.text(letter.getBody())))
                .filter(letter -> "job".equals(letter.getValue().get("source"))
                        && RedisKeys.orderJob(id).equals(letter.getValue().get("payload")))
                .findFirst()
                .map(letter -> {
                    Map<String, Object> buried = event("buried", time(millis(letter.getKey())));
                    buried.put("replica", letter.getValue().getOrDefault("replica", UNKNOWN));
                    buried.put("reason", letter.getValue().getOrDefault("reason", UNKNOWN));
                    return buried;
                });
    }

    private void settled(List<Map<String, Object>> events, Warehouse warehouse, String id, Map<String, String> fields) {
        String by = fields.get("settledBy");
        if (by == null) {
            return;
        }
        String attempts = fields.get("recovered");
        boolean isOurs = fields.containsKey("told");
        int told = told(warehouse, fields).orElse(0);
        int skipped = attempts == null ? told - 1 : told;
        if (skipped > 0) { // each of them, unless it was too busy, or died; its log says so
            Map<String, Object> others = event("skipped", UNKNOWN);
            others.put("replica", UNKNOWN);
            others.put("atMost", skipped);
            events.add(others);
        }
        Map<String, Object> settled = event("settled", time(fields.get("settledAt")));
        Optional<Map.Entry<String, Map<String, String>>> entry = entry(warehouse, id, by, fields.get("settledAt"));
        settled.put(
                "status",
                fields.containsKey("cancelRequestedAt") ? "CONFIRMED" : fields.get("status")); // what it was then
        settled.put("replica", OrderRecord.replicaOf(by));
        settled.put("source", attempts != null ? "job" : isOurs ? "message" : UNKNOWN);
        if (attempts != null) {
            settled.put("attempts", attempts.equals("0") ? UNKNOWN : Integer.valueOf(attempts));
        }
        settled.put("ledgerEntry", entry.map(Map.Entry::getKey).orElse(UNKNOWN));
        events.add(settled);
    }

    /** An entry has the time of its record; before Redis 7.2, whose clock goes on inside a script, it can be a millisecond younger. */
    private Optional<Map.Entry<String, Map<String, String>>> entry(
            Warehouse warehouse, String id, String by, @Nullable String settledAt) {
        if (settledAt == null) {
            return Optional.empty();
        }
        List<StreamMessage<byte[], byte[]>> entries = OrderReads.await(reads.ask(redis -> redis.xrange(
                OrderReads.bytes(RedisKeys.ledger(warehouse)),
                Range.create(settledAt, String.valueOf(Long.parseLong(settledAt) + 1)),
                Limit.from(MOST_ENTRIES))));
        return entries.stream()
                .map(entry -> Map.entry(entry.getId(), OrderReads.text(entry.getBody())))
                .filter(entry -> id.equals(entry.getValue().get("id"))
                        && by.equals(entry.getValue().get("by")))
                .findFirst();
    }

    private static void cancelled(List<Map<String, Object>> events, Map<String, String> fields) {
        if (fields.containsKey("cancelRequestedAt")) {
            events.add(event("cancelRequested", time(fields.get("cancelRequestedAt"))));
        }
        if (fields.containsKey("cancelledAt")) {
            Map<String, Object> cancelled = event("cancelled", time(fields.get("cancelledAt")));
            String by = fields.get("cancelledBy");
            if (by != null) {
                cancelled.put("replica", OrderRecord.replicaOf(by));
            }
            events.add(cancelled);
        }
    }

    private static Map<String, Object> event(String name, Object at) {
        Map<String, Object> event = new LinkedHashMap<>();
        event.put("event", name);
        event.put("at", at);
        return event;
    }

    private static Object time(@Nullable String millis) {
        return millis == null ? UNKNOWN : Instant.ofEpochMilli(Long.parseLong(millis));
    }

    private static String millis(String entry) {
        return entry.substring(0, entry.indexOf('-'));
    }
}
