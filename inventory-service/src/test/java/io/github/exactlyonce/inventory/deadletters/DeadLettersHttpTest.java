package io.github.exactlyonce.inventory.deadletters;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.WithRedis;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.StreamRecords;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class DeadLettersHttpTest extends WithRedis {

    private static final String ORDER = "{\"id\":\"29\",\"items\":[{\"id\":\"001\",\"quantity\":5}]}";

    @Autowired
    private DeadLetters deadLetters;

    @Test
    void noneIsAnEmptyPage() {
        assertThat(get("/dead-letters").body()).isEqualTo("{\"deadLetters\":[]}");
    }

    @Test
    void theyComeOldestFirstInPages() {
        List<DeadLetters.Message> three = IntStream.range(0, 3)
                .mapToObj(i -> new DeadLetters.Message(MAIN, "noise " + i, 7, "no order"))
                .toList();
        deadLetters.bury(pipeline, three);

        JsonNode first = page("/dead-letters?limit=2");
        assertThat(first.path("deadLetters").size()).isEqualTo(2);
        JsonNode letter = first.path("deadLetters").get(0);
        assertThat(letter.path("payload").stringValue()).isEqualTo("noise 0");
        assertThat(letter.path("reason").stringValue()).isEqualTo("no order");
        assertThat(letter.path("replica").stringValue()).isEqualTo("inventory-1");

        JsonNode last = page("/dead-letters?limit=2&after=" + first.path("next").stringValue());
        assertThat(last.path("deadLetters").size()).isEqualTo(1);
        assertThat(last.path("deadLetters").get(0).path("payload").stringValue())
                .isEqualTo("noise 2");
        assertThat(last.has("next")).isFalse();
    }

    @Test
    void aCursorThatIsNoneIs400() {
        assertThat(get("/dead-letters?after=x").statusCode()).isEqualTo(400);
        assertThat(get("/dead-letters?limit=0").statusCode()).isEqualTo(400);
    }

    @Test
    void lettersAddedByHandAreShownAsTheyAreAndKept() {
        String strange = add(Map.of("foo", "bar"));
        String halfStrange = add(Map.of("source", "job", "payload", "order 29", "bytes", "many"));

        JsonNode letters = page("/dead-letters").path("deadLetters");
        assertThat(letters.get(0).path("other").path("foo").stringValue()).isEqualTo("bar");
        assertThat(letters.get(0).has("source")).isFalse();
        assertThat(letters.get(1).path("payload").stringValue()).isEqualTo("order 29");
        assertThat(letters.get(1).path("other").path("bytes").stringValue()).isEqualTo("many");
        assertThat(letters.get(1).path("id").stringValue()).isEqualTo(halfStrange);

        assertKept(strange, "it has no source");
    }

    @Test
    void aLetterWhoseIdIsNoTimeIsShownWithoutOneAndCanBeDropped() {
        redis.opsForStream()
                .add(StreamRecords.newRecord()
                        .in(RedisKeys.deadLetters(MAIN))
                        .withId("18446744073709551615-1")
                        .ofMap(Map.of("foo", "bar")));

        JsonNode letter = page("/dead-letters").path("deadLetters").get(0);
        assertThat(letter.path("id").stringValue()).isEqualTo("18446744073709551615-1");
        assertThat(letter.has("at")).isFalse();
        assertThat(send("DELETE", "/dead-letters/18446744073709551615-1", null).statusCode())
                .isEqualTo(204);
    }

    @Test
    void whatNobodyCanReplayStays() {
        assertKept(add(Map.of("source", "pigeon", "payload", "coo")), "source: pigeon");
        assertKept(add(Map.of("source", "job")), "it has no payload");
        assertKept(add(Map.of("source", "job", "payload", " ")), "it names no job");
    }

    @Test
    void aLetterThatIsNotThereIs404() {
        for (HttpResponse<String> answer : List.of(
                send("POST", "/dead-letters/1767225600000-0/replay", null),
                send("DELETE", "/dead-letters/1767225600000-0", null))) {
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("urn:exactly-once:problem:unknown-dead-letter");
        }
    }

    @Test
    void anIdThatIsNoneIs400() {
        assertThat(send("POST", "/dead-letters/1767225600000/replay", null).statusCode())
                .isEqualTo(400);
        assertThat(send("DELETE", "/dead-letters/replay", null).statusCode()).isEqualTo(400);
        assertThat(send("DELETE", "/dead-letters/18446744073709551616-0", null).statusCode())
                .isEqualTo(400);
    }

    @Test
    void aDroppedLetterIsGone() {
        String id = add(Map.of("source", "job", "payload", "order 29"));

        assertThat(send("DELETE", "/dead-letters/" + id, null).statusCode()).isEqualTo(204);

        assertThat(deadLetters()).isEmpty();
        assertThat(send("DELETE", "/dead-letters/" + id, null).statusCode()).isEqualTo(404);
        assertThat(send("POST", "/dead-letters/" + id + "/replay", null).statusCode())
                .isEqualTo(404);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void ofManyLettersAllAreReplayedThatCanBeAndTheRestStaysWithItsReasons() {
        stock("001", 1000);
        for (int i = 0; i < 120; i++) {
            add(Map.of("source", "job", "payload", "restock r" + i + " 001 1"));
            add(Map.of("source", "order_updates", "payload", "noise", "bytes", "5"));
        }
        add(Map.of("source", "order_updates", "payload", ORDER));

        HttpResponse<String> answer = send("POST", "/dead-letters/replay", null);

        JsonNode summary = JsonMapper.shared().readTree(answer.body());
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(summary.path("replayed").intValue()).isEqualTo(121);
        assertThat(summary.path("kept").intValue()).isEqualTo(120);
        assertThat(summary.path("reasons").size()).isEqualTo(100);
        assertThat(summary.path("reasons").get(0).path("reason").stringValue()).contains("must be JSON");
        assertThat(deadLetters())
                .hasSize(120)
                .allSatisfy(letter -> assertThat(letter).containsEntry("payload", "noise"));
        await().atMost(DEADLINE).untilAsserted(() -> assertThat(stock("001")).isEqualTo(1000 + 120 - 5));
        assertThat(ledger()).hasSize(121);
    }

    @Test
    void withoutLettersNothingIsReplayed() {
        assertThat(send("POST", "/dead-letters/replay", null).body())
                .isEqualTo("{\"replayed\":0,\"kept\":0,\"reasons\":[]}");
    }

    @Test
    void whatIsBuriedAgainWhileAllAreReplayedWaitsForTheNextTime() {
        for (int i = 0; i < 300; i++) {
            add(Map.of("source", "job", "payload", "nonsense " + i));
        }

        HttpResponse<String> answer = send("POST", "/dead-letters/replay", null);

        assertThat(JsonMapper.shared().readTree(answer.body()).path("replayed").intValue())
                .isEqualTo(300);
        await().atMost(DEADLINE).untilAsserted(() -> assertThat(deadLetters()).hasSize(300));
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void whileRedisHangsItIs503AndTheLetterStays() {
        String id = add(Map.of("source", "job", "payload", "order 29"));
        REDIS.freeze();
        try {
            HttpResponse<String> answer = send("POST", "/dead-letters/" + id + "/replay", null);
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).isPresent();
        } finally {
            REDIS.thaw();
        }
        assertThat(deadLetters()).hasSize(1);
    }

    @Test
    void aFullRedisRefusesAReplayAndNothingHasHappened() {
        List<String> ids = List.of(
                add(Map.of("source", "job", "payload", "order 29")),
                add(Map.of("source", "order_updates", "payload", ORDER)));
        configure("maxmemory", "1");
        try {
            for (String id : ids) {
                assertThat(send("POST", "/dead-letters/" + id + "/replay", null).statusCode())
                        .isEqualTo(503);
            }
            assertThat(send("POST", "/dead-letters/replay", null).statusCode()).isEqualTo(503);
        } finally {
            configure("maxmemory", "0");
        }
        assertThat(deadLetters()).hasSize(2);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
        assertThat(redis.hasKey(RedisKeys.order(MAIN, "29"))).isFalse();
    }

    private void assertKept(String id, String reason) {
        HttpResponse<String> answer = send("POST", "/dead-letters/" + id + "/replay", null);
        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("urn:exactly-once:problem:dead-letter-kept", reason);
        assertThat(redis.opsForStream().range(RedisKeys.deadLetters(MAIN), Range.closed(id, id)))
                .hasSize(1);
    }

    private String add(Map<String, String> fields) {
        return redis.opsForStream().add(RedisKeys.deadLetters(MAIN), fields).getValue();
    }

    private JsonNode page(String path) {
        return JsonMapper.shared().readTree(get(path).body());
    }
}
