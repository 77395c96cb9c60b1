package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.jobs.JobAnswer.Outcome;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** {@code PATCH} and {@code DELETE /jobs/<id>}, also under the hands of a replica that has claimed the job. */
class MovingAndCancellingJobsTest extends WithJobs {

    private static final Schedule NOW = new Schedule(true, 0, "PT0S", null);
    private static final OrderItems ONE = OrderItems.of(new OrderItem("001", 1));

    @Autowired
    private JobBook jobs;

    @Autowired
    private List<JobHandler> handlers;

    @Test
    void aMovedJobIsDueAtItsNewTimeAndItsAttemptsStartAgain() {
        schedulePublish("p1");
        redis.opsForZSet()
                .add(RedisKeys.jobs(MAIN), "publish p1", Instant.parse(NEVER).toEpochMilli() + 2 / 1024.0);
        assertThat(job("p1").path("attempts").intValue()).isEqualTo(2);

        HttpResponse<String> answer = patch("p1", "{'dueAt':'2150-01-02T00:00:00Z'}");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json(answer)).isEqualTo(job("p1"));
        assertThat(json(answer).path("dueAt").stringValue()).isEqualTo("2150-01-02T00:00:00Z");
        assertThat(json(answer).path("attempts").intValue()).isZero();
    }

    @Test
    void aJobThatWasMovedIsStillTheOneThatWasAskedFor() {
        schedulePublish("p1");
        patch("p1", "{'delay':'P100D'}");
        Double score = score("publish p1");

        assertThat(post(publish("p1", "'dueAt':'" + NEVER + "'")).statusCode()).isEqualTo(200);
        assertThat(score("publish p1")).isEqualTo(score);
    }

    @Test
    void aJobThatIsMovedToNowRuns() {
        schedulePublish("p1");

        patch("p1", "{'delay':'PT0S'}");

        runUntil("p1", "status", "DONE");
    }

    @Test
    void movingAJobToTheFrontWakesThePollersAndMovingItBackDoesNot() {
        schedulePublish("p1", "'delay':'P100D'");
        schedulePublish("p2", "'delay':'P101D'");
        try (Heard wakes = new Heard(REDIS.url(), RedisKeys.jobUpdates(MAIN))) {
            patch("p2", "{'delay':'P99D'}");
            assertThat(wakes.messages())
                    .singleElement()
                    .satisfies(delay -> assertThat(Long.parseLong(delay)).isEqualTo(99 * 86_400_000L));
            patch("p2", "{'delay':'P102D'}");
            assertThat(wakes.messages()).isEmpty();
        }
    }

    @Test
    void aMoveThatIsSentAgainAfterTheRunSchedulesNoOther() {
        schedulePublish("p1");
        assertThat(jobs.move(MAIN, "p1", NOW, "inventory-1/token").outcome()).isEqualTo(Outcome.CHANGED);
        runUntil("p1", "status", "DONE");

        JobAnswer again = jobs.move(MAIN, "p1", NOW, "inventory-1/token");

        assertThat(again.outcome()).isEqualTo(Outcome.CHANGED);
        assertThat(again.job().status()).isEqualTo(JobStatus.DONE);
        assertThat(hasJob("publish p1")).isFalse();
        assertThat(jobs.move(MAIN, "p1", NOW, "inventory-1/other").outcome()).isEqualTo(Outcome.ENDED);
    }

    @Test
    void aMoveThatIsSentAgainAfterTheRunOfARecurringJobLeavesTheNextRunWhereItIs() {
        schedulePublish("p1", "'cron':'0 17 3 1 4 *'");
        jobs.move(MAIN, "p1", NOW, "inventory-1/token");
        runUntil("p1", "runs", "1");
        Double next = score("publish p1");

        assertThat(jobs.move(MAIN, "p1", NOW, "inventory-1/token").outcome()).isEqualTo(Outcome.CHANGED);

        assertThat(score("publish p1")).isEqualTo(next);
    }

    @Test
    void whoeverHoldsAJobThatIsMovedDoesNothingMore() {
        try (Heard emails = new Heard(REDIS.url(), "emails")) {
            schedulePublish("p1");
            Claim held = claimDue("publish p1");

            patch("p1", "{'dueAt':'" + NEVER + "'}");

            assertThat(finish(held)).isEqualTo(JobResult.left());
            dueJobs.rescheduleAll(pipeline, List.of(new DueJobs.Again(held, Duration.ZERO, 1, "late")));
            assertThat(emails.messages()).isEmpty();
        }
        assertThat(score("publish p1")).isEqualTo(Instant.parse(NEVER).toEpochMilli());
        assertThat(job("p1").path("status").stringValue()).isEqualTo("SCHEDULED");
    }

    @Test
    void whoeverHoldsAJobThatIsCancelledDoesNothingMore() {
        try (Heard emails = new Heard(REDIS.url(), "emails")) {
            schedulePublish("p1");
            Claim held = claimDue("publish p1");

            assertThat(cancel("p1").statusCode()).isEqualTo(204);

            assertThat(finish(held)).isEqualTo(JobResult.left());
            dueJobs.rescheduleAll(pipeline, List.of(new DueJobs.Again(held, Duration.ZERO, 1, "late")));
            assertThat(dueJobs.renewAll(pipeline, List.of(held)).get(0).value()).isNull();
            assertThat(emails.messages()).isEmpty();
        }
        assertThat(hasJob("publish p1")).isFalse();
        assertThat(job("p1").path("status").stringValue()).isEqualTo("CANCELLED");
        assertThat(job("p1").has("lastError")).isFalse();
    }

    @Test
    void aCancelledJobStaysCancelled() {
        schedulePublish("p1");

        assertThat(cancel("p1").statusCode()).isEqualTo(204);
        assertThat(cancel("p1").statusCode()).isEqualTo(204);

        HttpResponse<String> again = post(publish("p1", "'dueAt':'" + NEVER + "'"));
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(json(again).path("status").stringValue()).isEqualTo("CANCELLED");
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
        assertThat(secondsToLive("p1")).isPositive();
        assertProblem(patch("p1", "{'delay':'PT1H'}"), 409, "job-ended");
    }

    @ParameterizedTest
    @ValueSource(strings = {"DONE", "DEAD"})
    void aJobThatHasEndedIsNeitherMovedNorCancelled(String status) {
        schedulePublish("p1");
        redis.delete(RedisKeys.jobs(MAIN));
        redis.opsForHash().put(RedisKeys.job(MAIN, "p1"), "status", status);

        assertProblem(patch("p1", "{'delay':'PT1H'}"), 409, "job-ended");
        assertProblem(cancel("p1"), 409, "job-ended");

        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
        assertThat(field("p1", "status")).isEqualTo(status);
    }

    @Test
    void aJobThatWasGivenUpSaysWhy() {
        schedulePublish("p1");
        redis.opsForHash().delete(RedisKeys.job(MAIN, "p1"), "message");
        makeDue("publish p1");

        runUntil("p1", "status", "DEAD");

        assertThat(job("p1").path("lastError").stringValue()).contains("there is no channel and no message");
        assertProblem(cancel("p1"), 409, "job-ended");
    }

    @Test
    void theJobOfAnOrderIsNotTouched() {
        stock("001", 1);
        place("29", ONE, Duration.ofDays(1));
        Double score = score("order 29");

        assertProblem(patch("29", "{'delay':'PT0S'}"), 409, "order-job");
        assertProblem(cancel("29"), 409, "order-job");

        assertThat(score("order 29")).isEqualTo(score);
        assertThat(order("29").status()).isEqualTo(OrderStatus.PLACED);
    }

    @Test
    void anUnknownJobIs404() {
        assertProblem(patch("none", "{'delay':'PT0S'}"), 404, "unknown-job");
        assertProblem(cancel("none"), 404, "unknown-job");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            {}                                             | dueAt
            {'delay':'PT5S','dueAt':'2150-01-01T00:00:00Z'} | dueAt
            {'dueAt':'soon'}                               | dueAt
            {'delay':'PT-5S'}                              | delay
            {'delay':'P80000D'}                            | delay
            {'delay':'PT5S','cron':'@daily'}               | cron
            {'delay':'PT5S','zone':'UTC'}                  | zone
            """)
    void aNewTimeThatIsNoneIsRefused(String json, String field) {
        schedulePublish("p1");

        HttpResponse<String> answer = patch("p1", json);

        assertProblem(answer, 400, "invalid-input");
        assertThat(answer.body()).contains("\"field\":\"" + field + "\"");
        assertThat(score("publish p1")).isEqualTo(Instant.parse(NEVER).toEpochMilli());
    }

    @Test
    void aSetOfJobsThatIsNoneIsFoundOutBeforeAnythingIsWritten() {
        schedulePublish("p1");
        redis.opsForValue().set(RedisKeys.jobs(MAIN), "of another type");

        assertProblem(patch("p1", "{'delay':'PT5S'}"), 500, "damaged-data");
        assertProblem(cancel("p1"), 500, "damaged-data");

        assertThat(field("p1", "status")).isEqualTo("SCHEDULED");
        assertThat(field("p1", "movedBy")).isNull();
    }

    @Test
    void aFullRedisChangesNothing() {
        schedulePublish("p1");
        configure("maxmemory", "1");
        try {
            assertProblem(patch("p1", "{'delay':'PT5S'}"), 503, "redis-unavailable");
            assertProblem(cancel("p1"), 503, "redis-unavailable");
        } finally {
            configure("maxmemory", "0");
        }
        assertThat(score("publish p1")).isEqualTo(Instant.parse(NEVER).toEpochMilli());
        assertThat(field("p1", "status")).isEqualTo("SCHEDULED");
        assertThat(secondsToLive("p1")).isEqualTo(-1);
    }

    private JobResult finish(Claim claim) {
        JobHandler handler = handlers.stream()
                .filter(candidate -> candidate.kind().equals(claim.kind()))
                .findFirst()
                .orElseThrow();
        return ((JobHandler.ExactlyOnce) handler).work(pipeline, List.of(claim)).get(0);
    }
}
