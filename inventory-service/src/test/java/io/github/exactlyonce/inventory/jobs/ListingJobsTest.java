package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.data.redis.core.RedisCallback;
import tools.jackson.databind.JsonNode;

/** {@code GET /jobs}. */
class ListingJobsTest extends WithJobs {

    private static final long LATER = Instant.parse(NEVER).toEpochMilli();

    @Test
    void noneIsAnEmptyPage() {
        assertThat(get("/jobs").body()).isEqualTo("{\"jobs\":[]}");
    }

    @Test
    void allJobsComeByDueTimeWhoeverMadeThem() {
        schedulePublish("daily", "'cron':'0 0 8 * * *','zone':'Europe/Berlin'");
        add("order 29", LATER + 3 / 1024.0);
        add("email user 1", LATER + 1);

        JsonNode jobs = json(get("/jobs")).path("jobs");

        assertThat(jobs.size()).isEqualTo(3);
        assertThat(jobs.get(0).path("jobId").stringValue()).isEqualTo("daily");
        assertThat(jobs.get(0).path("cron").stringValue()).isEqualTo("0 0 8 * * *");
        assertThat(jobs.get(0).path("zone").stringValue()).isEqualTo("Europe/Berlin");
        assertThat(jobs.get(1))
                .hasToString("{\"jobId\":\"29\",\"kind\":\"order\",\"work\":\"order 29\",\"dueAt\":\"" + NEVER
                        + "\",\"attempts\":3}");
        assertThat(jobs.get(2).path("work").stringValue()).isEqualTo("email user 1");
        assertThat(jobs.get(2).path("kind").stringValue()).isEqualTo("email");
    }

    @Test
    void manyJobsOfOneDueTimeComeEachOnce() {
        List<String> members =
                IntStream.range(0, 2500).mapToObj("order o-%04d"::formatted).toList();
        members.forEach(member -> add(member, LATER));
        add("order earlier", LATER - 1);
        add("order later", LATER + 1);

        List<String> all = new ArrayList<>(List.of("order earlier"));
        all.addAll(members);
        all.add("order later");
        assertThat(pageThrough(7, 1000)).isEqualTo(all);
        assertThat(pageThrough(1000, 10)).isEqualTo(all);
        assertThat(pageThrough(834, 10)).as("the last page is full").isEqualTo(all);
    }

    @Test
    void jobsThatGoMeanwhileShiftNothing() {
        IntStream.range(0, 10).forEach(i -> add("order " + i, LATER));
        String next = json(get("/jobs?limit=4")).path("next").stringValue();

        redis.opsForZSet().remove(RedisKeys.jobs(MAIN), "order 1", "order 3", "order 4");

        assertThat(works(json(get("/jobs?limit=3&after=" + next)))).containsExactly("order 5", "order 6", "order 7");
    }

    @Test
    void whateverSomebodyAddsByHandIsListed() {
        add("no due time", Double.NEGATIVE_INFINITY);
        add("never", Double.POSITIVE_INFINITY);
        add("in a far future", 1e300);
        add("before 1970", -1.5);
        add("", LATER);
        add(" ", LATER);
        add("größe ☃ ", LATER);
        add(new byte[] {'w', (byte) 0xff, 0, '\n'}, LATER);
        add(new byte[] {'w', (byte) 0xfe}, LATER);
        add("x".repeat(100_000), LATER);
        redis.opsForHash().put(RedisKeys.recurring(MAIN), "never", "whenever");

        List<String> all = pageThrough(100, 1);

        assertThat(all).hasSize(10).contains("größe ☃ ", "", " ").doesNotHaveDuplicates();
        assertThat(pageThrough(1, 20)).isEqualTo(all);
        assertThat(pageThrough(3, 20)).isEqualTo(all);
        JsonNode jobs = json(get("/jobs")).path("jobs");
        assertThat(jobs.get(0).path("dueAt").stringValue()).isEqualTo("1970-01-01T00:00:00Z");
        assertThat(jobs.get(9).path("work").stringValue()).isEqualTo("never");
        assertThat(jobs.get(9).has("dueAt")).isFalse();
        assertThat(jobs.get(9).has("cron")).isFalse();
    }

    @Test
    void membersComeByTheirBytesInEachLocale() {
        Set<String> members = new HashSet<>(List.of("B 1", "a 1", "Z 1", "_ 1", "ä 1", "b-1", "b 1", "b", "b1"));
        members.forEach(member -> add(member, LATER));
        List<String> sorted = new ArrayList<>(redis.opsForZSet().range(RedisKeys.jobs(MAIN), 0, -1));

        assertThat(pageThrough(1, 20)).isEqualTo(sorted);
    }

    @Test
    void aRecurrenceThatIsNoHashHidesNoJob() {
        add("order 29", LATER);
        redis.opsForValue().set(RedisKeys.recurring(MAIN), "of another type");

        assertThat(works(json(get("/jobs")))).containsExactly("order 29");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=1001",
                "limit=many",
                "after=x",
                "after=%20",
                "after=%ff",
                "after=bmFuOm9yZGVyIDE", // nan:order 1
                "after=KDE6b3JkZXIgMQ", // (1:order 1
                "after=MTc5ODA5OTIwMDAwMA" // 1798099200000
            })
    void aPageThatIsNoneIs400(String query) {
        add("order 29", LATER);

        HttpResponse<String> answer = get("/jobs?" + query);

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    private List<String> pageThrough(int limit, int most) {
        List<String> all = new ArrayList<>();
        String path = "/jobs?limit=" + limit;
        for (int i = 0; i < most; i++) {
            HttpResponse<String> answer = get(path);
            assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(200);
            JsonNode page = json(answer);
            all.addAll(works(page));
            if (!page.has("next")) {
                return all;
            }
            assertThat(page.path("jobs").size()).isEqualTo(limit);
            path = "/jobs?limit=" + limit + "&after=" + page.path("next").stringValue();
        }
        throw new AssertionError("more than " + most + " pages");
    }

    private static List<String> works(JsonNode page) {
        return page.path("jobs")
                .valueStream()
                .map(job -> job.path("work").stringValue())
                .toList();
    }

    private void add(String member, double score) {
        add(member.getBytes(StandardCharsets.UTF_8), score);
    }

    private void add(byte[] member, double score) {
        redis.execute((RedisCallback<Object>) connection ->
                connection.zSetCommands().zAdd(RedisKeys.jobs(MAIN).getBytes(StandardCharsets.UTF_8), score, member));
    }
}
