package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

/** Jobs with a cron expression, over HTTP and tick by tick. */
class RecurringJobsTest extends WithJobs {

    /** Once a year, and not while this test runs, unless it runs in that minute. */
    private static final String YEARLY = "'cron':'0 17 3 1 4 *','zone':'Europe/Berlin'";

    private static final Recurrence IT = Recurrence.of("0 17 3 1 4 *", "Europe/Berlin");

    @Autowired
    private JobBook jobs;

    @Autowired
    private JobHandlers handlers;

    @Test
    void theFirstRunIsTheNextOneByRedisTime() {
        schedulePublish("yearly", YEARLY);

        JsonNode job = job("yearly");
        assertThat(job.path("cron").stringValue()).isEqualTo("0 17 3 1 4 *");
        assertThat(job.path("zone").stringValue()).isEqualTo("Europe/Berlin");
        assertThat(Instant.parse(job.path("dueAt").stringValue())).isEqualTo(next());
        assertThat(redis.opsForHash().get(RedisKeys.recurring(MAIN), "publish yearly"))
                .isEqualTo("Europe/Berlin 0 17 3 1 4 *");
    }

    /** Whoever reads Redis's clock and then pauses for more than a year asks for a first run that has passed by then. */
    @Test
    void aFirstRunThatPassedBeforeItWasScheduledIsDueAtOnce() {
        Instant read = redisTime().minus(Duration.ofDays(400));
        byte[] body = publish("late", YEARLY).replace('\'', '"').getBytes(StandardCharsets.UTF_8);

        JobRequest request = JobRequest.read(body, handlers, () -> read);
        assertThat(redis.keys("*late*")).as("nothing has happened yet").isEmpty();
        assertThat(jobs.schedule(MAIN, request).outcome()).isEqualTo(JobAnswer.Outcome.NEW);

        runUntil("late", "runs", "1");
        assertThat(score("publish late")).as("one run, and then on time").isEqualTo(next().toEpochMilli());
    }

    @Test
    void theZoneIsUtcUnlessTheRequestSaysOtherwise() {
        schedulePublish("daily", "'cron':'@daily'");

        assertThat(job("daily").path("zone").stringValue()).isEqualTo("UTC");
        assertThat(post(publish("daily", "'cron':'@daily','zone':'UTC'")).statusCode())
                .isEqualTo(200);
        assertProblem(post(publish("daily", "'cron':'@daily','zone':'Europe/Berlin'")), 409, "job-conflict");
    }

    @Test
    void afterARunItWaitsForTheNextOne() {
        schedulePublish("yearly", YEARLY);
        makeDue("publish yearly");

        runUntil("yearly", "runs", "1");

        JsonNode job = job("yearly");
        assertThat(job.path("status").stringValue()).isEqualTo("SCHEDULED");
        assertThat(Instant.parse(job.path("dueAt").stringValue())).isEqualTo(next());
        assertThat(score("publish yearly")).isEqualTo(next().toEpochMilli());
        assertThat(secondsToLive("yearly")).as("no TTL").isEqualTo(-1);
    }

    @Test
    void runsThatWereMissedAreOneRun() {
        try (Heard emails = new Heard(REDIS.url(), "emails")) {
            schedulePublish("yearly", YEARLY);
            redis.opsForZSet()
                    .add(
                            RedisKeys.jobs(MAIN),
                            "publish yearly",
                            Instant.parse("2001-04-01T01:17:00Z").toEpochMilli());

            runUntil("yearly", "runs", "1");
            assertThat(poller.tick(pipeline)).isZero();

            assertThat(emails.messages()).hasSize(1);
            assertThat(score("publish yearly")).isEqualTo(next().toEpochMilli());
        }
    }

    @Test
    void movingItMovesTheNextRunOnly() {
        schedulePublish("yearly", YEARLY);

        assertThat(json(patch("yearly", "{'dueAt':'" + NEVER + "'}"))
                        .path("dueAt")
                        .stringValue())
                .isEqualTo(NEVER);
        patch("yearly", "{'delay':'PT0S'}");
        runUntil("yearly", "runs", "1");

        assertThat(job("yearly").path("cron").stringValue()).isEqualTo("0 17 3 1 4 *");
        assertThat(score("publish yearly")).isEqualTo(next().toEpochMilli());
    }

    @Test
    void cancellingItEndsAllItsRuns() {
        schedulePublish("yearly", YEARLY);

        assertThat(cancel("yearly").statusCode()).isEqualTo(204);

        assertThat(hasJob("publish yearly")).isFalse();
        assertThat(redis.hasKey(RedisKeys.recurring(MAIN))).isFalse();
        JsonNode job = job("yearly");
        assertThat(job.path("status").stringValue()).isEqualTo("CANCELLED");
        assertThat(job.path("cron").stringValue()).isEqualTo("0 17 3 1 4 *");
    }

    private Instant next() {
        return IT.nextAfter(redisTime()).orElseThrow();
    }
}
