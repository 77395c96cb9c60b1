package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** {@code POST /jobs} and what {@code GET /jobs/<id>} shows afterwards. */
class SchedulingJobsTest extends WithJobs {

    @Autowired
    private MeterRegistry meters;

    @Test
    void aNewJobIsAnsweredWithItsPlaceAndItself() {
        HttpResponse<String> answer = post(publish("p1", "'dueAt':'" + NEVER + "'"));

        assertThat(answer.statusCode()).isEqualTo(201);
        assertThat(answer.headers().firstValue("Location")).contains("/jobs/p1");
        JsonNode job = json(answer);
        assertThat(job.path("jobId").stringValue()).isEqualTo("p1");
        assertThat(job.path("kind").stringValue()).isEqualTo("publish");
        assertThat(job.path("work").stringValue()).isEqualTo("publish p1");
        assertThat(job.path("status").stringValue()).isEqualTo("SCHEDULED");
        assertThat(job.path("dueAt").stringValue()).isEqualTo(NEVER);
        assertThat(job.path("attempts").intValue()).isZero();
        assertThat(job.path("runs").intValue()).isZero();
        assertThat(job.path("channel").stringValue()).isEqualTo("emails");
        assertThat(job.path("message").stringValue()).isEqualTo("email user 1");
        assertThat(Instant.parse(job.path("scheduledAt").stringValue()))
                .isBetween(redisTime().minus(DEADLINE), redisTime());
        assertThat(job).isEqualTo(job("p1"));
        assertThat(score("publish p1")).isEqualTo(Instant.parse(NEVER).toEpochMilli());
        assertThat(secondsToLive("p1")).as("no TTL").isEqualTo(-1);
    }

    @Test
    void aJobWithoutAnIdGetsOne() {
        JsonNode job = json(post("{'kind':'restock','delay':'P100D','sku':'001','quantity':3}"));

        String id = job.path("jobId").stringValue();
        assertThat(job.path("work").stringValue()).isEqualTo("restock " + id + " 001 3");
        assertThat(job(id)).isEqualTo(job);
    }

    @Test
    void aDelayCountsFromRedisTime() {
        Instant before = redisTime();
        schedulePublish("p1", "'delay':'P100D'");

        assertThat(Instant.parse(job("p1").path("dueAt").stringValue()))
                .isBetween(before.plus(Duration.ofDays(100)), redisTime().plus(Duration.ofDays(100)));
        assertThat(field("p1", "schedule")).isEqualTo("P100D");
    }

    @Test
    void aDueJobPublishesItsMessageOnce() {
        try (Heard emails = new Heard(REDIS.url(), "emails")) {
            schedulePublish("p1");
            makeDue("publish p1");
            runUntil("p1", "status", "DONE");
            poller.tick(pipeline);

            assertThat(emails.messages()).containsExactly("email user 1");
        }
        JsonNode job = job("p1");
        assertThat(job.path("runs").intValue()).isEqualTo(1);
        assertThat(job.path("lastRunBy").stringValue()).isEqualTo("inventory-1");
        assertThat(job.has("lastRunAt")).isTrue();
        assertThat(job.has("dueAt")).isFalse();
        assertThat(job.has("attempts")).isFalse();
        assertThat(secondsToLive("p1")).isPositive();
    }

    @Test
    void aDueTimeInThePastIsNow() {
        schedulePublish("p1", "'dueAt':'1970-01-01T00:00:00Z'");

        runUntil("p1", "status", "DONE");
    }

    @Test
    void aDueRestockAddsItsUnits() {
        stock("001", 5);
        post("{'kind':'restock','jobId':'r1','delay':'PT0S','sku':'001','quantity':3}");

        runUntil("r1", "status", "DONE");

        assertThat(stock("001")).isEqualTo(8);
    }

    @Test
    void theSameRequestAgainIsAnsweredWithTheJobAsItStands() {
        double scheduled = counted();
        schedulePublish("p1");
        HttpResponse<String> again = post(publish("p1", "'dueAt':'2150-01-01T01:00:00+01:00'"));

        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again)).isEqualTo(job("p1"));
        assertThat(redis.opsForZSet().size(RedisKeys.jobs(MAIN))).isEqualTo(1);
        assertThat(counted() - scheduled).isEqualTo(1);
    }

    @Test
    void aRepeatedDelayMovesNothing() {
        schedulePublish("p1", "'delay':'P100D'");
        Double score = score("publish p1");

        assertThat(post(publish("p1", "'delay':'P100D'")).statusCode()).isEqualTo(200);
        assertThat(score("publish p1")).isEqualTo(score);
    }

    @Test
    void aRepeatedRequestAfterTheRunDoesNotRunItAgain() {
        try (Heard emails = new Heard(REDIS.url(), "emails")) {
            schedulePublish("p1", "'delay':'PT0S'");
            runUntil("p1", "status", "DONE");

            HttpResponse<String> again = post(publish("p1", "'delay':'PT0S'"));

            assertThat(again.statusCode()).isEqualTo(200);
            assertThat(json(again).path("status").stringValue()).isEqualTo("DONE");
            assertThat(poller.tick(pipeline)).isZero();
            assertThat(emails.messages()).hasSize(1);
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'kind':'publish','jobId':'p1','dueAt':'2150-01-01T00:00:01Z','channel':'emails','message':'email user 1'}
            {'kind':'publish','jobId':'p1','delay':'P100D','channel':'emails','message':'email user 1'}
            {'kind':'publish','jobId':'p1','cron':'0 0 8 * * *','channel':'emails','message':'email user 1'}
            {'kind':'publish','jobId':'p1','dueAt':'2150-01-01T00:00:00Z','channel':'letters','message':'email user 1'}
            {'kind':'publish','jobId':'p1','dueAt':'2150-01-01T00:00:00Z','channel':'emails','message':'email user 2'}
            {'kind':'restock','jobId':'p1','dueAt':'2150-01-01T00:00:00Z','sku':'001','quantity':1}
            """)
    void anotherContentUnderTheSameIdIsAConflictAndChangesNothing(String other) {
        schedulePublish("p1");
        JsonNode before = job("p1");

        assertProblem(post(other), 409, "job-conflict");

        assertThat(job("p1")).isEqualTo(before);
        assertThat(redis.opsForZSet().size(RedisKeys.jobs(MAIN))).isEqualTo(1);
        assertThat(redis.hasKey(RedisKeys.recurring(MAIN))).isFalse();
    }

    @Test
    void thirtyClientsAtOnceScheduleItOnce() throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(30);
        try {
            CountDownLatch start = new CountDownLatch(1);
            List<Future<Integer>> answers = Stream.generate(() -> clients.submit(() -> {
                        start.await();
                        return post(publish("race", "'delay':'P100D'")).statusCode();
                    }))
                    .limit(30)
                    .toList();
            start.countDown();

            assertThat(answers).extracting(Future::get).containsOnly(201, 200).containsOnlyOnce(201);
            assertThat(redis.opsForZSet().size(RedisKeys.jobs(MAIN))).isEqualTo(1);
        } finally {
            clients.shutdownNow();
        }
    }

    @Test
    void aMessageOfManyBytesIsKeptAsItIs() {
        String message = "ä\\u0000\\n\\u2028".repeat(3_000);
        post("{'kind':'publish','jobId':'long','delay':'P100D','channel':'e','message':'" + message + "'}");

        assertThat(job("long").path("message").stringValue()).isEqualTo("ä\0\n\u2028".repeat(3_000));
        assertThat(post(publish("longer", "'delay':'P100D'").replace("user", "u".repeat(70_000)))
                        .statusCode())
                .isEqualTo(413);
    }

    @Test
    void aJobOfARecordThatIsNoneReplacesIt() {
        redis.opsForHash().put(RedisKeys.job(MAIN, "p1"), "note", "by hand");
        redis.expire(RedisKeys.job(MAIN, "p1"), Duration.ofMinutes(1));

        schedulePublish("p1");

        assertThat(job("p1").has("note")).isFalse();
        assertThat(secondsToLive("p1")).isEqualTo(-1);
    }

    @Test
    void whereverAKeyIsOfAnotherTypeNothingIsWritten() {
        for (String key : List.of(RedisKeys.jobs(MAIN), RedisKeys.job(MAIN, "p1"), RedisKeys.recurring(MAIN))) {
            redis.delete(List.of(RedisKeys.jobs(MAIN), RedisKeys.job(MAIN, "p1"), RedisKeys.recurring(MAIN)));
            redis.opsForValue().set(key, "of another type");

            assertProblem(post(publish("p1", "'cron':'0 0 8 * * *'")), 500, "damaged-data");

            assertThat(redis.keys("*{main}*")).as(key).containsExactly(key);
        }
    }

    @Test
    void aFullRedisSchedulesNothingAndNamesTheId() {
        configure("maxmemory", "1");
        try {
            HttpResponse<String> answer = post(publish("p1", "'delay':'P100D'"));
            assertProblem(answer, 503, "redis-unavailable");
            assertThat(json(answer).path("jobId").stringValue()).isEqualTo("p1");
        } finally {
            configure("maxmemory", "0");
        }
        assertThat(redis.keys("*{main}*")).isEmpty();
    }

    @Test
    void allProblemsOfABodyAreReportedTogether() {
        HttpResponse<String> answer = post("{'kind':'publish','jobId':'a b','cron':'daily','zone':'Mars','message':1}");

        assertProblem(answer, 400, "invalid-input");
        assertThat(json(answer)
                        .path("errors")
                        .valueStream()
                        .map(error -> error.path("field").stringValue()))
                .containsExactlyInAnyOrder("jobId", "channel", "message", "zone", "cron");
    }

    @Test
    void anUnknownKindIsAnsweredWithTheKnownOnes() {
        HttpResponse<String> answer = post("{'kind':'fly','delay':'PT5S'}");

        assertProblem(answer, 400, "invalid-input");
        assertThat(json(answer).path("detail").stringValue())
                .contains("publish")
                .contains("restock")
                .doesNotContain("order");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            'delay':'PT5S','dueAt':'2150-01-01T00:00:00Z' | dueAt
            'delay':'PT5S','cron':'0 0 8 * * *'           | dueAt
            'other':1                                     | dueAt
            'dueAt':'tomorrow'                            | dueAt
            'dueAt':'2200-01-01T00:00:00Z'                | dueAt
            'dueAt':'1969-12-31T23:59:59Z'                | dueAt
            'delay':'5 s'                                 | delay
            'delay':5                                     | delay
            'delay':'PT-1S'                               | delay
            'delay':'P80000D'                             | delay
            'delay':'PT9223372036854775807S'              | delay
            'delay':'PT99999999999999999999S'             | delay
            'delay':'PT5S','zone':'UTC'                   | zone
            'zone':'UTC'                                  | zone
            'cron':'@daily','timezone':'Europe/Berlin'    | timezone
            'cron':'0 0 8 * *'                            | cron
            'cron':'0 0 8 * * MON#9'                      | cron
            'cron':''                                     | cron
            'cron':5                                      | cron
            'cron':'0 0 0 30 2 *'                         | cron
            'cron':'@daily','zone':'Europe/Atlantis'      | zone
            'cron':'@daily','zone':1                      | zone
            """)
    void aTimeThatIsNoneIsRefused(String when, String field) {
        HttpResponse<String> answer = post(publish("p1", when));

        assertProblem(answer, 400, "invalid-input");
        assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
        assertThat(redis.keys("*{main}*")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {'delay':'PT5S'}                                                                  | kind
            {'kind':'order','jobId':'29','delay':'PT5S'}                                      | kind
            {'kind':1,'delay':'PT5S'}                                                         | kind
            {'kind':'publish','delay':'PT5S','message':'m'}                                   | channel
            {'kind':'publish','delay':'PT5S','channel':'c'}                                   | message
            {'kind':'publish','delay':'PT5S','channel':'c','message':'half \\ud800'}          | message
            {'kind':'publish','jobId':29,'delay':'PT5S','channel':'c','message':'m'}          | jobId
            {'kind':'restock','delay':'PT5S','sku':'a b','quantity':1}                        | sku
            {'kind':'restock','delay':'PT5S','sku':'001','quantity':0}                        | quantity
            []                                                                                | body
            """)
    void badInputNamesTheFieldAndSchedulesNothing(String json, String field) {
        HttpResponse<String> answer = post(json);

        assertProblem(answer, 400, "invalid-input");
        assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
        assertThat(redis.keys("*{main}*")).isEmpty();
    }

    @Test
    void theFirstJobToComeWakesThePollersAndALaterOneDoesNot() {
        try (Heard wakes = new Heard(REDIS.url(), RedisKeys.jobUpdates(MAIN))) {
            schedulePublish("second", "'delay':'P100D'");
            assertThat(wakes.messages())
                    .singleElement()
                    .satisfies(delay -> assertThat(Long.parseLong(delay)).isEqualTo(100 * 86_400_000L));
            schedulePublish("third", "'delay':'P101D'");
            assertThat(wakes.messages()).isEmpty();
            schedulePublish("first", "'delay':'P99D'");
            assertThat(wakes.messages()).hasSize(1);
            schedulePublish("now", "'dueAt':'1970-01-01T00:00:00Z'");
            assertThat(wakes.messages()).containsExactly("0");
            post(publish("first", "'delay':'P99D'"));
            assertThat(wakes.messages()).isEmpty();
        }
    }

    @Test
    void aJobThatIsDueAndLeftHidesNoNewOne() {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "email waits", 1);
        try (Heard wakes = new Heard(REDIS.url(), RedisKeys.jobUpdates(MAIN))) {
            schedulePublish("p1");

            assertThat(wakes.messages()).hasSize(1);
        }
    }

    @Test
    void theJobOfAnOrderIsShownWhereThereIsNoOther() {
        redis.opsForZSet()
                .add(RedisKeys.jobs(MAIN), "order 29", Instant.parse(NEVER).toEpochMilli() + 2 / 1024.0);

        assertThat(get("/jobs/29").body())
                .isEqualTo("{\"jobId\":\"29\",\"kind\":\"order\",\"work\":\"order 29\",\"status\":\"SCHEDULED\","
                        + "\"dueAt\":\"" + NEVER + "\",\"attempts\":2}");
        schedulePublish("29");
        assertThat(job("29").path("work").stringValue()).isEqualTo("publish 29");
    }

    @Test
    void anUnknownJobIs404() {
        assertProblem(get("/jobs/none"), 404, "unknown-job");
        assertProblem(get("/jobs/a%20b"), 400, "invalid-input");
    }

    private double counted() {
        return meters.counter("inventory.jobs.scheduled", "kind", "publish").count();
    }
}
