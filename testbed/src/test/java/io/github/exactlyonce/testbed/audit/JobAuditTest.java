package io.github.exactlyonce.testbed.audit;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An audit that finds nothing is worth something only if it finds what is there: here it is planted. */
class JobAuditTest {

    private static final long START = 10;

    private static RedisProcess process;
    private static RedisClient client;
    private static StatefulRedisConnection<String, String> connection;

    private final RedisCommands<String, String> redis = connection.sync();
    private final Map<String, Long> dueTimes = new HashMap<>();

    @BeforeAll
    static void startRedis() {
        process = RedisProcess.start();
        client = RedisClient.create(process.url());
        connection = client.connect();
    }

    @AfterAll
    static void stopRedis() {
        client.shutdown();
        process.close();
    }

    /** Four jobs, due at 1,000 ms and each second after it, done 5, 10, 15 and 20 ms later by two workers. */
    @BeforeEach
    void aFlawlessHistory() {
        redis.flushall();
        redis.hset(RedisKeys.stock(MAIN), "001", String.valueOf(START));
        for (int i = 1; i <= 4; i++) {
            dueTimes.put("r-" + i, i * 1_000L);
            done("r-" + i, i * 1_000L + 5L * i, "001=1", "inventory-" + (i % 2 + 1));
        }
    }

    @Test
    void aFlawlessHistoryIsClean() {
        JobReport report = audit();

        assertThat(report.isClean()).isTrue();
        assertThat(report)
                .hasToString("4 jobs: 4 once, 0 never, 0 more often; 1/s; late p50 10 ms, p99 20 ms, max 20 ms; "
                        + "by {inventory-1=2, inventory-2=2}");
    }

    @Test
    void aJobWithoutAnEffectWasNeverDone() {
        dueTimes.put("r-5", 5_000L);

        assertFound(Finding.NEVER_DONE, "r-5");
        assertFound(Finding.STOCK_DIFFERS, "001 is 14 instead of 15");
    }

    @Test
    void aJobWithTwoEffectsWasDoneAgainEvenIfTheStockLooksRight() {
        dueTimes.put("r-5", 5_000L);
        done("r-4", 5_000, "001=1", "inventory-1");

        assertThat(audit().offenders()).containsOnlyKeys(Finding.NEVER_DONE, Finding.DONE_AGAIN);
    }

    @Test
    void anEffectBeforeTheDueTimeIsFound() {
        dueTimes.put("r-5", 5_000L);
        done("r-5", 4_999, "001=1", "inventory-1");

        assertFound(Finding.DONE_EARLY, "r-5: RESTOCKED");
    }

    @Test
    void anEffectThatNobodyAskedForIsFound() {
        done("ghost", 5_000, "001=1", "inventory-1");

        assertFound(Finding.NEVER_SCHEDULED, "ghost");
    }

    @Test
    void otherUnitsAreFound() {
        dueTimes.put("r-5", 5_000L);
        done("r-5", 5_000, "001=2", "inventory-1");

        assertFound(Finding.WRONG_UNITS, "r-5");
    }

    @Test
    void whatIsLeftOverIsFound() {
        redis.zadd(RedisKeys.jobs(MAIN), 1, "restock r-1 001 1");
        redis.xadd(RedisKeys.deadLetters(MAIN), Map.of("reason", "unknown"));

        assertFound(Finding.JOB_LEFT, "restock r-1 001 1");
        assertFound(Finding.DEAD_LETTER, "{reason=unknown}");
    }

    private void assertFound(Finding finding, String offender) {
        assertThat(audit().offenders().getOrDefault(finding, List.of()))
                .anySatisfy(found -> assertThat(found).startsWith(offender));
    }

    private JobReport audit() {
        return JobAudit.of(connection, dueTimes, "001", START);
    }

    private void done(String id, long at, String units, String worker) {
        redis.xadd(
                RedisKeys.ledger(MAIN),
                new XAddArgs().id(at + "-0"),
                Map.of("effect", "RESTOCKED", "id", id, "units", units, "by", worker + "/" + id));
        redis.hincrby(RedisKeys.stock(MAIN), "001", 1);
    }
}
