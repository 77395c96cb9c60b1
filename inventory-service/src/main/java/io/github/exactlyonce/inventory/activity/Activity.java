package io.github.exactlyonce.inventory.activity;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.inventory.Replica;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;
import tools.jackson.databind.json.JsonMapper;

/**
 * Publishes on {@link RedisKeys#REPLICA_ACTIVITY} what this replica does, while {@link RedisKeys#ACTIVITY_WATCHED} is there: some times a
 * second if there is something to tell, and each second if not, so that silence means that the replica is gone. It looks for the key once a
 * second, which is all that it costs while nobody watches.
 *
 * <p>Nothing depends on it, and what goes wrong with it is nobody's concern: a message that is lost is made good by the next, because
 * counts are totals since the start of the process.
 *
 * <pre>{@code
 * {"replica":"inventory-1","run":"inventory-1/x7Fq02aB","upMs":61200,"queue":0,"seen":3,
 *  "totals":{"confirmed":40,"lock_held":81,"processed":40,"recovered":1,"skipped":81},
 *  "decisions":[{"id":"29","decision":"processed","outcome":"confirmed","ageMs":12},
 *   {"id":"30","warehouse":"berlin","decision":"skipped","outcome":"lock_held","ageMs":9}]}
 * }</pre>
 */
@Component
public final class Activity implements SmartLifecycle {

    /** Between two messages, at the least: a fifth of a second is at once, for the eye. */
    static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);

    /** Between two messages, at the most, and between two looks whether anybody watches. */
    static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

    private static final Logger log = LoggerFactory.getLogger(Activity.class);

    private final String replica;
    private final String run;
    private final StringRedisTemplate redis;
    private final JsonMapper json = JsonMapper.shared();
    private final Map<String, LongAdder> totals = new ConcurrentHashMap<>();
    private final Sample sample = new Sample();
    private final long startedAt = System.nanoTime();
    private volatile IntSupplier queue = () -> 0;
    private volatile boolean watched;
    private volatile @Nullable ScheduledExecutorService thread;
    private long lookedAt;
    private long publishedAt;

    Activity(Replica replica, StringRedisTemplate redis) {
        this.replica = replica.name();
        this.run = replica.newOwnerToken();
        this.redis = redis;
        this.lookedAt = startedAt - LONGEST_PAUSE.toNanos();
        this.publishedAt = lookedAt;
    }

    /** @param length messages that wait */
    public void showQueue(IntSupplier length) {
        queue = length;
    }

    /**
     * Does not wait, and while nobody watches it only counts.
     *
     * @param decision {@code processed}, {@code skipped}
     * @param outcome {@code confirmed}, {@code lock_held}
     * @param recovered whether it was settled because its job had come due
     * @param age since the order was placed; null if unknown
     */
    public void decided(
            Warehouse warehouse,
            String id,
            String decision,
            String outcome,
            boolean recovered,
            @Nullable Duration age) {
        count(decision);
        count(outcome);
        if (recovered) {
            count("recovered");
        }
        if (watched) {
            sample.add(new Sample.Decision(
                    id,
                    warehouse.isMain() ? null : warehouse.name(),
                    decision,
                    outcome,
                    recovered,
                    age == null ? null : age.toMillis()));
        }
    }

    private void count(String what) {
        totals.computeIfAbsent(what, any -> new LongAdder()).increment();
    }

    @Override
    public void start() {
        ScheduledExecutorService started =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "activity"));
        thread = started;
        started.execute(this::tickAndGoOn);
    }

    @Override
    public void stop() {
        ScheduledExecutorService running = thread;
        thread = null;
        if (running != null) {
            running.shutdownNow();
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    private void tickAndGoOn() {
        try {
            tick();
        } finally { // also after an error: a replica that lives must not look dead
            ScheduledExecutorService running = thread;
            if (running != null && !running.isShutdown()) {
                Duration pause = watched ? SHORTEST_PAUSE : LONGEST_PAUSE;
                running.schedule(this::tickAndGoOn, pause.toMillis(), TimeUnit.MILLISECONDS);
            }
        }
    }

    /** Looks whether anybody watches, and publishes, each if it is time. */
    synchronized void tick() {
        try {
            long now = System.nanoTime();
            if (now - lookedAt >= LONGEST_PAUSE.toNanos() - SHORTEST_PAUSE.toNanos() / 2) {
                lookedAt = now;
                watch(Boolean.TRUE.equals(redis.hasKey(RedisKeys.ACTIVITY_WATCHED)));
            }
            if (watched) {
                publish(now);
            }
        } catch (RuntimeException e) { // Redis is away, which others report
            watch(false);
            log.debug("activity could not be published", e);
        }
    }

    private void watch(boolean wanted) {
        if (watched && !wanted) {
            watched = false;
            sample.take();
        }
        watched = wanted;
    }

    private void publish(long now) {
        Sample.Taken taken = sample.take();
        if (taken.seen() == 0 && now - publishedAt < LONGEST_PAUSE.toNanos() - SHORTEST_PAUSE.toNanos() / 2) {
            return;
        }
        publishedAt = now;
        Map<String, Long> counted = new TreeMap<>();
        totals.forEach((what, count) -> counted.put(what, count.sum()));
        Message message = new Message(
                replica,
                run,
                TimeUnit.NANOSECONDS.toMillis(now - startedAt),
                queue.getAsInt(),
                taken.seen(),
                counted,
                taken.decisions());
        redis.convertAndSend(RedisKeys.REPLICA_ACTIVITY, json.writeValueAsString(message));
    }

    /**
     * @param run the process: no other has the same, under whatever name
     * @param upMs since when totals count
     * @param seen decisions since the last message, of which {@code decisions} may be only some
     */
    private record Message(
            String replica,
            String run,
            long upMs,
            int queue,
            long seen,
            Map<String, Long> totals,
            List<Sample.Decision> decisions) {}
}
