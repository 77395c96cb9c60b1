package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.lettuce.core.Limit;
import io.lettuce.core.MapScanCursor;
import io.lettuce.core.Range;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.cluster.api.async.RedisClusterAsyncCommands;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * How one warehouse stands, read in one flush with the others that are watched: {@code stock:{main}}, {@code jobs:{main}}, {@code dead-letters:{main}},
 * {@code audit:{main}}, and from {@code ledger:{main}} what has come since the last time, so that what was settled is counted
 * entry by entry and not by what the replicas say. Of what can be long it reads a part, and says how much there is. The same flush keeps
 * {@link RedisKeys#ACTIVITY_WATCHED}.
 */
final class ConsoleState {

    /** For how long the replicas go on to tell: some looks, of which one may be late. */
    static final Duration WATCHED = Duration.ofSeconds(5);

    /** Of a large stock Redis gives about so many, always the same; of a small one all. */
    private static final int SKUS = 50;

    private static final int JOBS = 10;
    private static final int REMEMBERED = 20;

    /** More than are settled in a second; if there are, the rest comes with the next look. */
    private static final int MOST_ENTRIES = 10_000;

    private final JsonMapper json = JsonMapper.shared();
    private final Warehouse warehouse;
    private final String ledger;
    private final Map<String, Long> settled = new TreeMap<>();
    private final Deque<ObjectNode> last = new ArrayDeque<>();

    /** Of the entry that was read last; null before the first look. */
    private @Nullable String position;

    private long since;
    private boolean isKnown;
    private String told = "{}";

    ConsoleState(Warehouse warehouse) {
        this.warehouse = warehouse;
        this.ledger = RedisKeys.ledger(warehouse);
        for (OrderStatus status : OrderStatus.values()) {
            if (status.isSettled()) {
                settled.put(status.name(), 0L);
            }
        }
    }

    /** What to ask Redis, each time anew. */
    private List<Question> questions() {
        return List.of(
                RedisClusterAsyncCommands::time,
                redis -> redis.hscan(RedisKeys.stock(warehouse), ScanArgs.Builder.limit(SKUS)),
                redis -> redis.hlen(RedisKeys.stock(warehouse)),
                redis -> redis.zrangeWithScores(RedisKeys.jobs(warehouse), 0, JOBS - 1),
                redis -> redis.zcard(RedisKeys.jobs(warehouse)),
                redis -> redis.xlen(RedisKeys.deadLetters(warehouse)),
                redis -> redis.hget(RedisKeys.audit(warehouse), "verdict"),
                this::entries,
                redis -> redis.psetex(RedisKeys.ACTIVITY_WATCHED, WATCHED.toMillis(), "1"));
    }

    /** Reads all of them in one flush, so that a Redis that hangs is waited for once. */
    static void readAll(Collection<ConsoleState> states, Pipeline pipeline) {
        List<Question> questions =
                states.stream().flatMap(state -> state.questions().stream()).toList();
        List<Reply<Object>> answers = pipeline.sendAll(questions, (redis, question) -> question.ask(redis));
        int next = 0;
        for (ConsoleState state : states) {
            int end = next + answers.size() / states.size(); // each has as many
            state.told = state.tell(answers.subList(next, end));
            next = end;
        }
    }

    /** A JSON object in one line; if Redis did not answer, one that says so. */
    String told() {
        return told;
    }

    private String tell(List<Reply<Object>> answers) {
        ObjectNode state = json.createObjectNode().put("warehouse", warehouse.name());
        isKnown = false;
        for (Reply<Object> answer : answers.subList(0, answers.size() - 1)) { // the last can be on another shard
            if (answer.isFailure()) {
                return state.put("unavailable", answer.reason()).toString();
            }
        }
        isKnown = true;
        long now = millis(answers.get(0).get());
        if (since == 0) {
            since = now;
        }
        follow(cast(answers.get(7).get()));
        state.put("at", now).put("since", since);
        stock(
                state.putObject("stock"),
                cast(answers.get(1).get()),
                cast(answers.get(2).get()));
        jobs(state.putArray("jobs"), cast(answers.get(3).get()));
        state.put("open", ConsoleState.<Long>cast(answers.get(4).get()));
        state.put("deadLetters", ConsoleState.<Long>cast(answers.get(5).get()));
        state.set("audit", verdict((String) answers.get(6).value()));
        state.set("settled", json.valueToTree(settled));
        state.putArray("last").addAll(last);
        return state.toString();
    }

    /** Whether Redis answered when it was last read. */
    boolean isKnown() {
        return isKnown;
    }

    private RedisFuture<List<StreamMessage<String, String>>> entries(RedisClusterAsyncCommands<String, String> redis) {
        return position == null
                ? redis.xrevrange(ledger, Range.unbounded(), Limit.from(REMEMBERED))
                : redis.xrange(
                        ledger,
                        Range.from(Range.Boundary.excluding(position), Range.Boundary.unbounded()),
                        Limit.from(MOST_ENTRIES));
    }

    private void follow(List<StreamMessage<String, String>> found) {
        List<StreamMessage<String, String>> entries = new ArrayList<>(found);
        boolean isFirst = position == null;
        if (isFirst) {
            Collections.reverse(entries);
            position = "0-0";
        }
        for (StreamMessage<String, String> entry : entries) {
            position = entry.getId();
            Map<String, String> fields = entry.getBody() == null ? Map.of() : entry.getBody();
            if (settled.computeIfPresent(fields.getOrDefault("effect", ""), (any, count) -> isFirst ? 0 : count + 1)
                    != null) {
                last.addFirst(json.createObjectNode()
                        .put("id", fields.getOrDefault("id", ""))
                        .put("status", fields.get("effect"))
                        .put("by", OrderRecord.replicaOf(fields.getOrDefault("by", "")))
                        .put("units", fields.getOrDefault("units", ""))
                        .put(
                                "at",
                                Long.parseLong(
                                        entry.getId().substring(0, entry.getId().indexOf('-')))));
            }
            if (last.size() > REMEMBERED) {
                last.removeLast();
            }
        }
    }

    private static void stock(ObjectNode stock, MapScanCursor<String, String> part, long all) {
        ObjectNode units = stock.put("skus", all).putObject("units");
        new TreeMap<>(part.getMap())
                .entrySet().stream().limit(SKUS).forEach(sku -> units.put(sku.getKey(), sku.getValue()));
    }

    private static void jobs(ArrayNode jobs, List<ScoredValue<String>> next) {
        for (ScoredValue<String> job : next) {
            double due = Math.floor(job.getScore());
            jobs.addObject()
                    .put("job", job.getValue())
                    .put("dueAt", (long) due)
                    .put("attempts", Math.round((job.getScore() - due) * RedisKeys.ATTEMPTS_PER_MILLISECOND));
        }
    }

    private @Nullable JsonNode verdict(@Nullable String verdict) {
        try {
            return verdict == null ? null : json.readTree(verdict);
        } catch (JacksonException e) { // a hand has written it
            return null;
        }
    }

    private static long millis(Object time) {
        List<String> secondsAndMicros = cast(time);
        return TimeUnit.SECONDS.toMillis(Long.parseLong(secondsAndMicros.get(0)))
                + TimeUnit.MICROSECONDS.toMillis(Long.parseLong(secondsAndMicros.get(1)));
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object answer) {
        return (T) answer;
    }

    @FunctionalInterface
    private interface Question {

        RedisFuture<?> of(RedisClusterAsyncCommands<String, String> redis);

        @SuppressWarnings("unchecked")
        default RedisFuture<Object> ask(RedisClusterAsyncCommands<String, String> redis) {
            return (RedisFuture<Object>) of(redis);
        }
    }
}
