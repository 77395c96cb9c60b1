package io.github.exactlyonce.inventory.deadletters;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Pipelines;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.domain.Range;
import org.springframework.data.domain.Range.Bound;
import org.springframework.data.redis.connection.Limit;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/**
 * What a person does with dead letters: looks at them, has them tried again, drops them.
 *
 * <p>Touches {@code dead-letters:{main}}, and what a {@link Replay} touches. Every method throws
 * {@link org.springframework.dao.DataAccessException} if Redis does not answer or refuses; repeating it is safe.
 */
@Component
class DeadLetterOffice {

    private static final int PAGE = 100;
    private static final int MOST_REASONS = 100;

    private static final Logger log = LoggerFactory.getLogger(DeadLetterOffice.class);

    private final StringRedisTemplate redis;
    private final Pipelines pipelines;
    private final Map<String, Replay> replays;

    DeadLetterOffice(StringRedisTemplate redis, Pipelines pipelines, List<Replay> replays) {
        this.redis = redis;
        this.pipelines = pipelines;
        this.replays = replays.stream().collect(Collectors.toMap(Replay::source, Function.identity()));
    }

    /** @param after the id of the last letter that was seen; null for the first page */
    Page page(Warehouse warehouse, @Nullable String after, int limit) {
        List<DeadLetter> found = read(warehouse, after, Bound.unbounded(), limit + 1);
        List<DeadLetter> letters = found.stream().limit(limit).toList();
        return new Page(letters, found.size() > limit ? letters.get(limit - 1).id() : null);
    }

    Optional<DeadLetter> find(Warehouse warehouse, String id) {
        return letters(warehouse, redis.opsForStream().range(RedisKeys.deadLetters(warehouse), Range.closed(id, id)))
                .stream()
                .findFirst();
    }

    /** @return whether there was one. When the answer was lost and Lettuce asks again, there is none any more */
    boolean drop(Warehouse warehouse, String id) {
        Long dropped = redis.opsForStream().delete(RedisKeys.deadLetters(warehouse), id);
        boolean found = dropped != null && dropped > 0;
        if (found) {
            log.atInfo().addKeyValue("deadLetter", id).log("dropped");
        }
        return found;
    }

    Replay.Result replay(DeadLetter letter) {
        try (Pipeline pipeline = pipelines.open()) {
            return replay(pipeline, letter);
        }
    }

    /**
     * Replays all letters that there are at the start, oldest first. Those that are buried again meanwhile are newer, so
     * this comes to an end.
     */
    Replayed replayAll(Warehouse warehouse) {
        Optional<DeadLetter> newest = newest(warehouse);
        if (newest.isEmpty()) {
            return new Replayed(0, 0, List.of());
        }
        Bound<String> end = Bound.inclusive(newest.get().id());
        int replayed = 0;
        int kept = 0;
        List<Kept> reasons = new ArrayList<>();
        try (Pipeline pipeline = pipelines.open()) {
            List<DeadLetter> page = read(warehouse, null, end, PAGE);
            while (!page.isEmpty()) {
                for (DeadLetter letter : page) {
                    Replay.Result result = replay(pipeline, letter);
                    switch (result.kind()) {
                        case REPLAYED -> replayed++;
                        case GONE -> {} // whoever took it counts it
                        case KEPT -> {
                            kept++;
                            if (reasons.size() < MOST_REASONS) {
                                reasons.add(new Kept(letter.id(), result.reason()));
                            }
                        }
                    }
                }
                page = read(warehouse, page.get(page.size() - 1).id(), end, PAGE);
            }
        }
        return new Replayed(replayed, kept, reasons);
    }

    private Replay.Result replay(Pipeline pipeline, DeadLetter letter) {
        if (letter.source() == null) {
            return Replay.Result.kept("it has no source: nobody can tell what it was");
        }
        Replay replay = replays.get(letter.source());
        if (replay == null) {
            return Replay.Result.kept("nothing here can replay letters of this source: " + letter.source());
        }
        if (letter.payload() == null) {
            return Replay.Result.kept("it has no payload: nobody can tell what was to be done");
        }
        Replay.Result result = replay.replay(pipeline, letter);
        if (result.kind() == Replay.Result.Kind.REPLAYED) {
            log.atInfo()
                    .addKeyValue("deadLetter", letter.id())
                    .addKeyValue("source", letter.source())
                    .log("replayed");
        }
        return result;
    }

    private Optional<DeadLetter> newest(Warehouse warehouse) {
        return letters(
                        warehouse,
                        redis.opsForStream()
                                .reverseRange(
                                        RedisKeys.deadLetters(warehouse),
                                        Range.unbounded(),
                                        Limit.limit().count(1)))
                .stream()
                .findFirst();
    }

    private List<DeadLetter> read(Warehouse warehouse, @Nullable String after, Bound<String> end, int limit) {
        Bound<String> start = after == null ? Bound.unbounded() : Bound.exclusive(after);
        return letters(
                warehouse,
                redis.opsForStream()
                        .range(
                                RedisKeys.deadLetters(warehouse),
                                Range.of(start, end),
                                Limit.limit().count(limit)));
    }

    private static List<DeadLetter> letters(
            Warehouse warehouse, @Nullable List<MapRecord<String, Object, Object>> entries) {
        return entries == null
                ? List.of()
                : entries.stream().map(entry -> DeadLetter.of(warehouse, entry)).toList();
    }

    /** @param next what to give as {@code after} for the next page; absent on the last one */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<DeadLetter> deadLetters, @Nullable String next) {}

    /**
     * What became of all letters.
     *
     * @param reasons why letters were kept, of the first {@value #MOST_REASONS} of them
     */
    record Replayed(int replayed, int kept, List<Kept> reasons) {}

    /** @param id of a letter that was kept */
    record Kept(String id, String reason) {}
}
