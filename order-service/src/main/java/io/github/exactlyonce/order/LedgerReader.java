package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.Reply;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.XReadArgs;
import io.lettuce.core.XReadArgs.StreamOffset;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@link RedisKeys#ledger} of one warehouse, on a thread and a connection of its own, for all clients that listen to it. It ends
 * after the last of them has left.
 *
 * <p>A client that resumes is given what it missed, a part at a time, whenever it has written the one before; when it has caught up with
 * this reader it is given what the others are. If the entry after which it goes on is not there any more, trimmed or taken
 * back by a failover, it is told so by an event {@code reset}. After an answer that did not come all clients are such as resume.
 */
final class LedgerReader extends PipelineWorker {

    private static final Duration LONGEST_BLOCK = Duration.ofSeconds(1);

    /** While some client catches up. */
    private static final Duration SHORT_BLOCK = Duration.ofMillis(10);

    private static final Duration PAUSE = Duration.ofMillis(500);
    private static final Duration HEARTBEAT = Duration.ofSeconds(10);

    private static final int BATCH = 256;
    private static final int PART = 128;
    private static final Logger log = LoggerFactory.getLogger(LedgerReader.class);

    private final Warehouse warehouse;
    private final String ledger;
    private final Predicate<LedgerReader> isOver;
    private final Set<Follower> followers = ConcurrentHashMap.newKeySet();
    private @Nullable StreamPosition position;
    private long heartbeatAt = System.nanoTime();
    private boolean reportedFailure;

    /** @param isOver is asked while nobody listens; after yes, nobody will */
    LedgerReader(Warehouse warehouse, Pipelines pipelines, Predicate<LedgerReader> isOver) {
        super("ledger-" + warehouse, pipelines);
        this.warehouse = warehouse;
        this.ledger = RedisKeys.ledger(warehouse);
        this.isOver = isOver;
    }

    /** @param after null to begin now */
    void add(StreamClient client, @Nullable StreamPosition after) {
        followers.add(new Follower(client, after));
    }

    boolean isIdle() {
        return followers.isEmpty();
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        while (isRunning()) {
            followers.removeIf(follower -> follower.client.isEnding());
            if (followers.isEmpty() && isOver.test(this)) {
                finish();
            } else if (!turn(pipeline)) {
                position = null;
                followers.forEach(follower -> follower.isLive = false);
                Thread.sleep(PAUSE.toMillis());
            }
            keepAlive();
        }
    }

    /** @return whether Redis answered */
    private boolean turn(Pipeline pipeline) {
        StreamPosition now = position == null ? newest(pipeline) : position;
        if (now == null) {
            return false;
        }
        position = now;
        if (!catchUp(pipeline, now)) {
            return false;
        }
        boolean isSomebodyBehind = followers.stream().anyMatch(follower -> !follower.isLive);
        long patience = pipeline.timeout().toMillis() / 2;
        long block = Math.max(1, Math.min((isSomebodyBehind ? SHORT_BLOCK : LONGEST_BLOCK).toMillis(), patience));
        Reply<List<StreamMessage<String, String>>> reply = next(pipeline, now, block);
        if (isFailed(reply)) {
            return false;
        }
        for (StreamMessage<String, String> entry : entries(reply)) {
            StreamPosition next = StreamPosition.of(entry.getId());
            byte[] event = SettledEvent.of(next, fields(entry));
            followers.stream().filter(follower -> follower.isLive).forEach(follower -> follower.pass(next, event));
            position = next;
        }
        return true;
    }

    private boolean catchUp(Pipeline pipeline, StreamPosition now) {
        for (Follower follower : followers) {
            if (follower.isLive || !follower.client.isIdle()) {
                continue;
            }
            StreamPosition after = follower.after;
            if (after == null) {
                follower.begin(now);
                continue;
            }
            Reply<List<StreamMessage<String, String>>> reply = one(
                    pipeline,
                    (redis, from) -> redis.xrange(
                            ledger,
                            Range.from(Range.Boundary.including(from), Range.Boundary.unbounded()),
                            Limit.from(PART + 1)),
                    after.toString());
            if (isFailed(reply)) {
                return false;
            }
            follower.catchUp(entries(reply), now);
        }
        return true;
    }

    private @Nullable StreamPosition newest(Pipeline pipeline) {
        Reply<List<StreamMessage<String, String>>> reply =
                one(pipeline, (redis, key) -> redis.xrevrange(key, Range.unbounded(), Limit.from(1)), ledger);
        if (isFailed(reply)) {
            return null;
        }
        List<StreamMessage<String, String>> last = entries(reply);
        return last.isEmpty()
                ? StreamPosition.ZERO
                : StreamPosition.of(last.get(0).getId());
    }

    @SuppressWarnings("unchecked") // of its varargs
    private Reply<List<StreamMessage<String, String>>> next(Pipeline pipeline, StreamPosition after, long block) {
        return one(
                pipeline,
                (redis, from) ->
                        redis.xread(XReadArgs.Builder.block(block).count(BATCH), StreamOffset.from(ledger, from)),
                after.toString());
    }

    private boolean isFailed(Reply<?> reply) {
        if (reply.isFailure() && !reportedFailure) {
            log.warn("ledger of {} cannot be read, so nobody hears of settled orders: {}", warehouse, reply.reason());
        }
        reportedFailure = reply.isFailure();
        return reportedFailure;
    }

    private void keepAlive() {
        boolean isTime = System.nanoTime() - heartbeatAt > HEARTBEAT.toNanos();
        if (isTime) {
            heartbeatAt = System.nanoTime();
        }
        for (Follower follower : followers) {
            follower.client.dropIfStuck();
            if (isTime) {
                follower.client.send(SettledEvent.HEARTBEAT);
            }
        }
    }

    private static <T> Reply<T> one(Pipeline pipeline, Pipeline.Command<String, T> command, String argument) {
        return pipeline.sendAll(List.of(argument), command).get(0);
    }

    private static List<StreamMessage<String, String>> entries(Reply<List<StreamMessage<String, String>>> reply) {
        List<StreamMessage<String, String>> entries = reply.value();
        return entries == null ? List.of() : entries;
    }

    private static Map<String, String> fields(StreamMessage<String, String> entry) {
        return entry.getBody() == null ? Map.of() : entry.getBody();
    }

    /** A client, and how far it is. Touched by the reader's thread alone. */
    private static final class Follower {

        private final StreamClient client;
        private @Nullable StreamPosition after;
        private boolean isLive;

        Follower(StreamClient client, @Nullable StreamPosition after) {
            this.client = client;
            this.after = after;
        }

        void begin(StreamPosition now) {
            client.send(SettledEvent.begin(now));
            after = now;
            isLive = true;
        }

        /** @param part begins with the entry after which it goes on, if that is there */
        void catchUp(List<StreamMessage<String, String>> part, StreamPosition now) {
            boolean isThere =
                    !part.isEmpty() && StreamPosition.of(part.get(0).getId()).equals(after);
            if (!isThere) {
                client.send(SettledEvent.reset(now));
                after = now;
                isLive = true;
                return;
            }
            isLive = part.size() <= PART;
            for (StreamMessage<String, String> entry : part.subList(1, part.size())) {
                StreamPosition next = StreamPosition.of(entry.getId());
                if (next.isAfter(now)) { // that comes with the others'
                    isLive = true;
                    return;
                }
                pass(next, SettledEvent.of(next, fields(entry)));
            }
        }

        void pass(StreamPosition next, byte[] event) {
            if (after == null || next.isAfter(after)) {
                after = next;
                if (event.length > 0) {
                    client.send(event);
                }
            }
        }
    }
}
