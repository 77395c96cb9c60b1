package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.WithRedis;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Jobs over HTTP. They are scheduled for a time that does not come, so nobody runs them but a test, which gives them an
 * earlier one by hand.
 */
abstract class WithJobs extends WithRedis {

    static final String NEVER = "2150-01-01T00:00:00Z";

    TickedLane poller;

    @Autowired
    void tickByHand(JobPoller replica) {
        poller = new TickedLane(replica);
    }

    @Autowired
    DueJobs dueJobs;

    HttpResponse<String> post(String json) {
        return send("POST", "/jobs", json.replace('\'', '"'));
    }

    HttpResponse<String> patch(String id, String json) {
        return send("PATCH", "/jobs/" + id, json.replace('\'', '"'));
    }

    HttpResponse<String> cancel(String id) {
        return send("DELETE", "/jobs/" + id, null);
    }

    /** {@code publish <id>}, to the channel {@code emails}, at a time that does not come. */
    void schedulePublish(String id) {
        schedulePublish(id, "'dueAt':'" + NEVER + "'");
    }

    void schedulePublish(String id, String when) {
        assertThat(post(publish(id, when)).statusCode()).isEqualTo(201);
    }

    static String publish(String id, String when) {
        return "{'kind':'publish','jobId':'" + id + "'," + when + ",'channel':'emails','message':'email user 1'}";
    }

    JsonNode job(String id) {
        HttpResponse<String> answer = get("/jobs/" + id);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json(answer);
    }

    static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    static void assertProblem(HttpResponse<String> answer, int status, String name) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(json(answer).path("type").stringValue()).isEqualTo("urn:exactly-once:problem:" + name);
    }

    /** By hand, without a word to the pollers. */
    void makeDue(String member) {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), member, redisNow());
    }

    /** Whether this tick does it or the replica's own poller, which wakes when a subscription begins. */
    void runUntil(String id, String field, String value) {
        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(5)).untilAsserted(() -> {
            poller.tick(pipeline);
            assertThat(redis.opsForHash().get(RedisKeys.job(MAIN, id), field)).isEqualTo(value);
        });
    }

    Claim claimDue(String member) {
        makeDue(member);
        return await().atMost(DEADLINE)
                .pollInterval(Duration.ofMillis(5))
                .until(
                        () -> PollerTick.claim(dueJobs, pipeline).get().claims(),
                        claims ->
                                claims.stream().anyMatch(claim -> claim.member().equals(member)))
                .get(0);
    }

    Double score(String member) {
        return redis.opsForZSet().score(RedisKeys.jobs(MAIN), member);
    }

    String field(String id, String name) {
        return (String) redis.opsForHash().get(RedisKeys.job(MAIN, id), name);
    }

    long secondsToLive(String id) {
        return redis.getExpire(RedisKeys.job(MAIN, id));
    }

    Instant redisTime() {
        return Instant.ofEpochMilli(redisNow());
    }
}
