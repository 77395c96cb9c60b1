package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.testbed.audit.JobAudit;
import io.github.exactlyonce.testbed.audit.JobReport;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.lettuce.core.LettuceFutures;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScoredValue;
import io.lettuce.core.api.StatefulRedisConnection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.awaitility.core.ConditionTimeoutException;

/**
 * Restock jobs of one unit each, put into {@code jobs:{main}} by a plain ZADD as anyone may do it, and what became of them.
 * Works with whatever scheduler polls that set. All times are Redis's, in Unix milliseconds, never this JVM's.
 */
final class JobRun {

    static final String SKU = "001";

    private static final int JOBS_PER_COMMAND = 500;

    private final StatefulRedisConnection<String, String> redis;
    private final Map<String, Long> dueTimes = new LinkedHashMap<>();
    private final long startUnits;

    /** Expects a ledger without jobs' effects, and stock of {@link #SKU}. */
    JobRun(StatefulRedisConnection<String, String> redis) {
        this.redis = redis;
        this.startUnits = Long.parseLong(redis.sync().hget(RedisKeys.stock(MAIN), SKU));
    }

    /** More jobs, evenly spread over a span that begins so long from now; a span of zero makes all due at once. */
    void schedule(int jobs, Duration ahead, Duration span) {
        long first = now() + ahead.toMillis();
        List<Object> scoresAndMembers = new ArrayList<>();
        for (int i = 0; i < jobs; i++) {
            String id = "r-" + dueTimes.size();
            long due = first + span.toMillis() * i / jobs;
            dueTimes.put(id, due);
            scoresAndMembers.addAll(List.of((double) due, "restock " + id + " " + SKU + " 1"));
        }
        add(scoresAndMembers);
    }

    private void add(List<Object> scoresAndMembers) {
        List<RedisFuture<Long>> added = new ArrayList<>();
        for (int from = 0; from < scoresAndMembers.size(); from += 2 * JOBS_PER_COMMAND) {
            int to = Math.min(from + 2 * JOBS_PER_COMMAND, scoresAndMembers.size());
            added.add(redis.async()
                    .zadd(
                            RedisKeys.jobs(MAIN),
                            scoresAndMembers.subList(from, to).toArray()));
        }
        assertThat(LettuceFutures.awaitAll(TestSystem.PATIENCE, added.toArray(new RedisFuture<?>[0])))
                .as("the jobs are scheduled")
                .isTrue();
    }

    long now() {
        List<String> time = redis.sync().time();
        return Long.parseLong(time.get(0)) * 1_000 + Long.parseLong(time.get(1)) / 1_000;
    }

    long lastDue() {
        return dueTimes.values().stream().mapToLong(due -> due).max().orElseThrow();
    }

    /** Jobs that were not done yet. */
    long left() {
        return redis.sync().zcard(RedisKeys.jobs(MAIN));
    }

    long done() {
        return dueTimes.size() - left();
    }

    /** Jobs that somebody has claimed, now or in the past, and nobody has done: a claim leaves a fraction in the score. */
    Set<String> claimed() {
        return redis.sync().zrangeWithScores(RedisKeys.jobs(MAIN), 0, -1).stream()
                .filter(job -> job.getScore() % 1 != 0)
                .map(ScoredValue::getValue)
                .collect(Collectors.toSet());
    }

    void awaitNoneLeft() {
        try {
            await("no job is left").atMost(TestSystem.PATIENCE).until(() -> left() == 0);
        } catch (ConditionTimeoutException e) {
            System.out.println(audit()); // which tells more about them
            throw e;
        }
    }

    /**
     * A replica does jobs in the order in which it claims them. So once it has done one that was scheduled last, and that
     * only it could do, nothing that it claimed before is left in it.
     */
    void awaitNothingLateFrom(ServiceProcess replica, TestSystem system) {
        awaitNoneLeft();
        system.only(replica, () -> {
            schedule(1, Duration.ZERO, Duration.ZERO);
            awaitNoneLeft();
        });
    }

    /** Removes the marks by which a restock that is repeated under the same id is recognised. */
    void forgetThatTheyWereDone() {
        redis.sync()
                .del(dueTimes.keySet().stream()
                        .map(id -> RedisKeys.restock(MAIN, id))
                        .toArray(String[]::new));
    }

    /** Waits until no job is left, then audits every job. */
    JobReport assertEachDoneOnce() {
        awaitNoneLeft();
        JobReport report = audit();
        System.out.println(report.summary());
        assertThat(report).matches(JobReport::isClean, "is clean");
        return report;
    }

    /** Audits every job as it is now. */
    JobReport audit() {
        return JobAudit.of(redis, dueTimes, SKU, startUnits);
    }
}
