package io.github.exactlyonce.contracts;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PlaceOrderScriptTest {

    static final DateTimeFormatter ISO =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);

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
    void aNewOrderIsRecordedAndDueAfterTheGrace() {
        List<Object> answer = script.run("announce", "29", "001=2", "", "");

        long placedAt = (Long) answer.get(1);
        assertThat(answer).containsExactly(1L, placedAt, "PLACED");
        assertThat(Instant.ofEpochMilli(placedAt)).isBetween(Instant.now().minusSeconds(60), Instant.now());
        assertThat(redis.hgetall(RedisKeys.order(MAIN, "29")))
                .containsOnlyKeys("status", "items", "placedAt", "told")
                .containsEntry("status", "PLACED")
                .containsEntry("items", "001=2")
                .containsEntry("placedAt", String.valueOf(placedAt))
                .containsEntry("told", "1"); // this test
        assertThat(script.dueAt("29")).isEqualTo((double) placedAt + PlaceOrderScript.GRACE_MILLIS);
        assertThat(redis.ttl(RedisKeys.order(MAIN, "29"))).isEqualTo(-1);
    }

    /** As to a user without the right to the channel. */
    @Test
    void anOrderThatRedisRefusesToPublishIsRecordedAndDueAllTheSame() {
        redis.aclSetuser(
                "no-channels",
                AclSetuserArgs.Builder.on().nopass().allKeys().allCommands().resetChannels());
        redis.auth("no-channels", "any");
        try {
            assertThatThrownBy(() -> script.run("announce", "29", "001=2", "", ""))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("channel");
        } finally {
            redis.auth("default", "any");
        }

        assertThat(redis.hgetall(RedisKeys.order(MAIN, "29"))).containsOnlyKeys("status", "items", "placedAt");
        assertThat(script.dueAt("29")).isNotNull();
    }

    @Test
    void theSameIdAgainAnswersTheRecordAndChangesNothing() {
        script.run("announce", "29", "001=2", "", "");
        double due = script.dueAt("29");
        redis.hset(RedisKeys.order(MAIN, "29"), "status", "CONFIRMED");

        List<Object> answer = script.run("announce", "29", "009=9", "", "");

        assertThat(answer).startsWith(0L).contains("CONFIRMED", "001=2").doesNotContain("009=9");
        assertThat(script.dueAt("29")).isEqualTo(due);
    }

    /** So that a wait on the same connection covers it; whatever its status. */
    @Test
    void anOrderThatExistsIsWrittenAgainAsItIsIfAWaitFollows() throws InterruptedException {
        script.run("announce", "29", "001=2", "", "");
        redis.hset(RedisKeys.order(MAIN, "29"), "status", "CONFIRMED");
        Map<String, String> record = redis.hgetall(RedisKeys.order(MAIN, "29"));
        script.heard();

        long before = changes();
        script.run("announce", "29", "001=2", "", "", "");
        assertThat(changes()).isEqualTo(before);
        List<Object> answer = script.run("announce", "29", "001=2", "", "", "", "durable");

        assertThat(changes()).isEqualTo(before + 1);
        assertThat(answer).startsWith(0L).contains("CONFIRMED");
        assertThat(redis.hgetall(RedisKeys.order(MAIN, "29"))).isEqualTo(record);
        assertThat(script.heard()).isEmpty();
    }

    private static long changes() {
        return redis.info("persistence")
                .lines()
                .filter(line -> line.startsWith("rdb_changes_since_last_save:"))
                .mapToLong(line -> Long.parseLong(line.substring(line.indexOf(':') + 1)))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void aNewOrderIsAnnouncedAsTheEventThatItsItemsMake() throws InterruptedException {
        List<Object> answer = script.run("announce", "a.b_c:d@e~f-1", "001=2,s.k_u:@~-=1000000000,001=1", "", "");

        String placedAt = ISO.format(Instant.ofEpochMilli((Long) answer.get(1)));
        assertThat(script.heard())
                .containsExactly(
                        "order_updates {\"eventType\":\"OrderPlaced\",\"schemaVersion\":1,\"id\":\"a.b_c:d@e~f-1\","
                                + "\"orderId\":\"a.b_c:d@e~f-1\",\"items\":[{\"id\":\"001\",\"quantity\":2},"
                                + "{\"id\":\"s.k_u:@~-\",\"quantity\":1000000000},{\"id\":\"001\",\"quantity\":1}],"
                                + "\"placedAt\":\"" + placedAt + "\"}");
    }

    @Test
    void aTracedOrderCarriesItsTraceInItsRecordAndItsEvent() throws InterruptedException {
        script.run("announce", "29", "001=2", "", "", PlaceOrderScript.TRACEPARENT);
        script.run("announce", "29", "001=2", "", "", PlaceOrderScript.TRACEPARENT.replace("4bf9", "0000"));

        assertThat(redis.hget(RedisKeys.order(MAIN, "29"), "traceparent")).isEqualTo(PlaceOrderScript.TRACEPARENT);
        assertThat(script.heard())
                .singleElement()
                .asString()
                .endsWith(",\"traceparent\":\"" + PlaceOrderScript.TRACEPARENT + "\"}");
    }

    /** Or every replica would parse it as JSON, and nobody would notice but for the speed. */
    @Test
    void everyAnnouncementIsOneThatReplicasReadInOnePass() throws InterruptedException {
        script.run("announce", "29", "001=2,002=1000000000", "foreign", "");
        script.run("announce", "30", "001=2", "", "", PlaceOrderScript.TRACEPARENT);

        assertThat(script.heard())
                .hasSize(2)
                .allSatisfy(heard -> assertThat(PublishedOrder.read(
                                heard.substring(heard.indexOf('{')).getBytes(StandardCharsets.UTF_8)))
                        .isNotNull());
    }

    @Test
    void anOrderWhoseMessageIsOutAlreadyIsRecordedAndNotPublished() throws InterruptedException {
        script.run("record", "29", "001=2", "", "");

        assertThat(redis.hget(RedisKeys.order(MAIN, "29"), "status")).isEqualTo("PLACED");
        assertThat(script.dueAt("29")).isNotNull();
        assertThat(script.heard()).isEmpty();
    }

    @Test
    void theOrderIdOfAnotherProducerIsKept() {
        script.run("record", "1718000000000", "001=2", "29", "");

        assertThat(redis.hget(RedisKeys.order(MAIN, "1718000000000"), "orderId"))
                .isEqualTo("29");
    }

    @Test
    void aRefusedWriteLeavesNothingBehind() {
        redis.set(RedisKeys.jobs(MAIN), "not a sorted set");

        assertThatThrownBy(() -> script.run("announce", "29", "001=2", "", ""))
                .isInstanceOf(RedisCommandExecutionException.class);
        assertThat(redis.exists(RedisKeys.order(MAIN, "29"))).isZero();
    }

    @Test
    void itsDatesAreThoseOfTheCalendar() {
        Stream<String> days = Stream.of(
                "1970-01-01",
                "2000-02-29",
                "2024-02-28",
                "2024-02-29",
                "2024-03-01",
                "2026-12-31",
                "2027-02-28",
                "2028-02-29",
                "2099-12-31",
                "2100-02-28",
                "2100-03-01",
                "2400-02-29",
                "2400-12-31");
        LongStream edges = days.mapToLong(
                        day -> Instant.parse(day + "T00:00:00Z").toEpochMilli())
                .flatMap(start -> LongStream.of(start, start + 999, start + 86_399_999));

        assertThat(edges).allSatisfy(ms -> assertThat(iso8601(ms)).isEqualTo(ISO.format(Instant.ofEpochMilli(ms))));
    }

    @Test
    void itsDatesAreThoseOfTheCalendarAtAnyTime() {
        long seed = System.nanoTime();
        long end = Instant.parse("2500-01-01T00:00:00Z").toEpochMilli();

        assertThat(new Random(seed).longs(1_000, 0, end))
                .as("seed %d", seed)
                .allSatisfy(ms -> assertThat(iso8601(ms)).isEqualTo(ISO.format(Instant.ofEpochMilli(ms))));
    }

    /** Redis's clock cannot be set, so the script's own function is cut out and called. */
    private static String iso8601(long ms) {
        String body = script.body();
        int start = body.indexOf("local function iso8601");
        String function = body.substring(start, body.indexOf("\nend", start) + 5);
        return redis.eval(
                function + "return iso8601(tonumber(ARGV[1]))",
                ScriptOutputType.VALUE,
                new String[0],
                String.valueOf(ms));
    }
}
