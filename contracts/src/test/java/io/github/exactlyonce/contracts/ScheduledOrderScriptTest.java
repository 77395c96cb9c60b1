package io.github.exactlyonce.contracts;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** {@code place-order.lua} for orders placed for later, and its mode {@code release}. */
class ScheduledOrderScriptTest {

    /** The last millisecond that a request may give. */
    private static final long FAR = Instant.parse("2200-01-01T00:00:00Z").toEpochMilli() - 1;

    private static PlaceOrderScript script;
    private static RedisCommands<String, String> redis;

    @BeforeAll
    static void startRedis() {
        script = new PlaceOrderScript();
        redis = script.redis();
    }

    @AfterAll
    static void stopRedis() {
        script.close();
    }

    @BeforeEach
    void empty() throws InterruptedException {
        redis.flushall();
        script.heard();
    }

    @Test
    void anOrderForLaterIsRecordedAndDueAtExactlyItsTime() {
        List<Object> answer = schedule("29", FAR);

        assertThat(answer).startsWith(1L).endsWith("SCHEDULED").hasSize(3);
        assertThat(redis.hgetall(RedisKeys.order(MAIN, "29")))
                .containsOnlyKeys("status", "items", "placedAt", "scheduledFor")
                .containsEntry("status", "SCHEDULED")
                .containsEntry("items", "001=2,002=1")
                .containsEntry("placedAt", String.valueOf(answer.get(1)))
                .containsEntry("scheduledFor", String.valueOf(FAR));
        assertThat(script.dueAt("29")).isEqualTo((double) FAR);
        assertThat(redis.ttl(RedisKeys.order(MAIN, "29"))).isEqualTo(-1);
    }

    @Test
    void aTimeThatHasPassedMeansNowAndIsRecordedAllTheSame() throws InterruptedException {
        List<Object> answer = schedule("29", 0);

        assertThat(answer).endsWith("PLACED");
        assertThat(redis.hget(RedisKeys.order(MAIN, "29"), "scheduledFor")).isEqualTo("0");
        assertThat(script.dueAt("29")).isEqualTo((double) (Long) answer.get(1) + PlaceOrderScript.GRACE_MILLIS);
        assertThat(script.heard()).singleElement().asString().startsWith("order_updates ");
    }

    @Test
    void onlyAJobThatBecameTheFirstOneWakesThePollers() throws InterruptedException {
        long placedAt = (Long) schedule("second", FAR - 1).get(1);
        assertThat(script.heard()).containsExactly("job_updates " + (FAR - 1 - placedAt));

        schedule("third", FAR);
        assertThat(script.heard()).isEmpty();

        placedAt = (Long) schedule("first", FAR - 2).get(1);
        assertThat(script.heard()).containsExactly("job_updates " + (FAR - 2 - placedAt));
    }

    @Test
    void theSameOrderAgainChangesNothing() throws InterruptedException {
        schedule("29", FAR);
        script.heard();

        assertThat(schedule("29", FAR - 1)).startsWith(0L).contains("SCHEDULED", String.valueOf(FAR));
        assertThat(script.run("announce", "29", "009=9", "", "")).startsWith(0L).contains("001=2,002=1");

        assertThat(script.dueAt("29")).isEqualTo((double) FAR);
        assertThat(script.heard()).isEmpty();
    }

    @Test
    void aScheduledOrderThatWasGivenUpGetsItsJobBackAtItsTime() throws InterruptedException {
        schedule("29", FAR);
        redis.zrem(RedisKeys.jobs(MAIN), "order 29");
        script.heard();

        script.run("record", "29", "001=2,002=1", "", "");

        assertThat(script.dueAt("29")).isEqualTo((double) FAR);
        assertThat(script.heard()).singleElement().asString().startsWith("job_updates ");
    }

    @Test
    void aReleaseAnnouncesTheOrderOnceEvenWhenItIsSentTwice() throws InterruptedException {
        schedule("29", FAR);
        theTimeHasCome("29");
        script.heard();

        List<Object> first = release("29");
        List<Object> second = release("29");

        assertThat(first).startsWith(1L).hasSize(2);
        long placedAt = (Long) first.get(1);
        assertThat(second).startsWith(0L).contains("PLACED", String.valueOf(placedAt));
        assertThat(script.heard())
                .containsExactly(
                        "order_updates {\"eventType\":\"OrderPlaced\",\"schemaVersion\":1,\"id\":\"29\",\"orderId\":\"29\",\"items\":["
                                + "{\"id\":\"001\",\"quantity\":2},{\"id\":\"002\",\"quantity\":1}],\"placedAt\":\""
                                + PlaceOrderScriptTest.ISO.format(Instant.ofEpochMilli(placedAt)) + "\"}");
        assertThat(script.dueAt("29")).isEqualTo((double) placedAt + PlaceOrderScript.GRACE_MILLIS);
        assertThat(redis.hget(RedisKeys.order(MAIN, "29"), "told")).isEqualTo("1"); // this test
    }

    @Test
    void aReleaseAnnouncesTheOrderIdThatWasRecorded() throws InterruptedException {
        script.run("announce", "1718000000000", "001=2", "29", String.valueOf(FAR));
        theTimeHasCome("1718000000000");
        script.heard();

        release("1718000000000");

        assertThat(script.heard()).singleElement().asString().contains("\"id\":\"1718000000000\",\"orderId\":\"29\"");
    }

    @Test
    void aReleaseAnnouncesTheTraceOfTheRequestThatScheduledTheOrder() throws InterruptedException {
        script.run("announce", "29", "001=2", "", String.valueOf(FAR), PlaceOrderScript.TRACEPARENT);
        theTimeHasCome("29");
        script.heard();

        release("29");

        assertThat(script.heard())
                .singleElement()
                .asString()
                .endsWith(",\"traceparent\":\"" + PlaceOrderScript.TRACEPARENT + "\"}");
    }

    @Test
    void aReleaseBeforeItsTimePutsTheJobBack() throws InterruptedException {
        schedule("29", FAR);
        long accepted = Long.parseLong(redis.hget(RedisKeys.order(MAIN, "29"), "placedAt"));
        redis.zadd(RedisKeys.jobs(MAIN), 1.5, "order 29");
        script.heard();

        List<Object> answer = release("29");

        assertThat(answer).startsWith(2L).hasSize(2);
        assertThat((Long) answer.get(1))
                .isBetween(FAR - accepted - Duration.ofMinutes(1).toMillis(), FAR - accepted);
        assertThat(script.dueAt("29")).isEqualTo((double) FAR);
        assertThat(redis.hget(RedisKeys.order(MAIN, "29"), "status")).isEqualTo("SCHEDULED");
        assertThat(script.heard()).isEmpty();
    }

    @Test
    void whatWasNeverScheduledIsNotReleased() throws InterruptedException {
        assertThat(release("nobody")).containsExactly(0L);
        assertThat(script.dueAt("nobody")).isNull();

        schedule("settled", FAR);
        redis.hset(RedisKeys.order(MAIN, "settled"), "status", "CONFIRMED");
        redis.zrem(RedisKeys.jobs(MAIN), "order settled");
        script.heard();

        assertThat(release("settled")).startsWith(0L).contains("CONFIRMED");
        assertThat(script.dueAt("settled")).isNull();
        assertThat(script.heard()).isEmpty();
    }

    @Test
    void aRefusedWriteLeavesNothingBehindAndCanBeTriedAgain() throws InterruptedException {
        redis.set(RedisKeys.jobs(MAIN), "not a sorted set");
        assertThatThrownBy(() -> schedule("29", FAR)).isInstanceOf(RedisCommandExecutionException.class);
        assertThat(redis.exists(RedisKeys.order(MAIN, "29"))).isZero();

        redis.del(RedisKeys.jobs(MAIN));
        schedule("29", FAR);
        theTimeHasCome("29");
        script.heard();
        redis.set(RedisKeys.jobs(MAIN), "not a sorted set");
        assertThatThrownBy(() -> release("29")).isInstanceOf(RedisCommandExecutionException.class);
        assertThat(redis.hget(RedisKeys.order(MAIN, "29"), "status")).isEqualTo("SCHEDULED");
        assertThat(script.heard()).isEmpty();

        redis.del(RedisKeys.jobs(MAIN));
        assertThat(release("29")).startsWith(1L);
    }

    @Test
    void aFullRedisRefusesTheReleaseAndNothingHasHappened() throws InterruptedException {
        schedule("29", FAR);
        theTimeHasCome("29");
        script.heard();
        redis.configSet("maxmemory", "1");
        try {
            assertThatThrownBy(() -> release("29")).hasMessageContaining("OOM");
        } finally {
            redis.configSet("maxmemory", "0");
        }

        assertThat(redis.hget(RedisKeys.order(MAIN, "29"), "status")).isEqualTo("SCHEDULED");
        assertThat(script.heard()).isEmpty();
    }

    @Test
    void aRecordThatLostItsItemsStopsTheReleaseBeforeAnythingIsWritten() throws InterruptedException {
        schedule("29", FAR);
        theTimeHasCome("29");
        redis.hdel(RedisKeys.order(MAIN, "29"), "items");
        script.heard();

        assertThatThrownBy(() -> release("29")).isInstanceOf(RedisCommandExecutionException.class);

        assertThat(redis.hget(RedisKeys.order(MAIN, "29"), "status")).isEqualTo("SCHEDULED");
        assertThat(script.dueAt("29")).isEqualTo((double) FAR);
        assertThat(script.heard()).isEmpty();
    }

    private static List<Object> schedule(String id, long scheduledFor) {
        return script.run("announce", id, "001=2,002=1", "", String.valueOf(scheduledFor));
    }

    private static List<Object> release(String id) {
        return script.run("release", id);
    }

    /** Redis's clock cannot be set, so the record's time is. */
    private static void theTimeHasCome(String id) {
        redis.hset(RedisKeys.order(MAIN, id), "scheduledFor", "1");
    }
}
