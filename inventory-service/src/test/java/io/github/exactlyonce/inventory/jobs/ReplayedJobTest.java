package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.inventory.WithRedis;
import io.github.exactlyonce.inventory.deadletters.DeadLetter;
import io.github.exactlyonce.inventory.deadletters.Replay;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.RedisConnection;

/** Buried jobs that are replayed, tick by tick: the poller's own thread, which a replay would wake, is stopped. */
class ReplayedJobTest extends WithRedis {

    private static final OrderItems ONE = OrderItems.of(new OrderItem("001", 1));
    private static final String DAILY = "Z 0 0 0 * * *";

    private TickedLane poller;

    @Autowired
    void tickByHand(JobPoller replica) {
        poller = new TickedLane(replica);
    }

    @Autowired
    private DueJobs dueJobs;

    @Autowired
    private JobReplay jobReplay;

    @BeforeEach
    void onlyTicks() {
        poller.stopTheOthers();
        stock("001", 10);
    }

    @AfterEach
    void asBefore() {
        poller.startTheOthers();
    }

    @Test
    void aJobThatWasGivenUpIsDoneOnceAfterItsCauseWasMended() {
        place("29", ONE, Duration.ZERO);
        redis.opsForValue().set(RedisKeys.ledger(MAIN), "not a stream");
        String id = tickUntilBuried();
        redis.delete(RedisKeys.ledger(MAIN));

        HttpResponse<String> answer = replay(id);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).contains("\"payload\":\"order 29\"");
        assertThat(deadLetters()).isEmpty();
        assertThat(claim()).extracting(Claim::attempts).containsExactly(1);
        awaitTick();
        assertThat(order("29").status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(stock("001")).isEqualTo(9);
        assertThat(ledger()).hasSize(1);
    }

    @Test
    void twentyRequestsAtOnceScheduleItOnce() throws Exception {
        String id = bury("restock r-7 001 5");
        List<Integer> answers = atOnce(20, () -> replay(id).statusCode());

        assertThat(answers).containsOnlyOnce(200).containsOnly(200, 404);
        assertThat(poller.tick(pipeline)).isEqualTo(1);
        assertThat(poller.tick(pipeline)).isZero();
        assertThat(stock("001")).isEqualTo(15);
    }

    @Test
    void ofTwentyWhoHaveReadTheLetterOneSchedulesIt() throws Exception {
        DeadLetter letter = letter(bury("restock r-7 001 5"), "restock r-7 001 5");

        List<Replay.Result.Kind> results = atOnce(20, () -> {
            try (Pipeline own = openPipeline()) {
                return jobReplay.replay(own, letter).kind();
            }
        });

        assertThat(results).containsOnlyOnce(Replay.Result.Kind.REPLAYED);
        assertThat(Collections.frequency(results, Replay.Result.Kind.GONE)).isEqualTo(19);
    }

    @Test
    void aJobThatWasCancelledMeanwhileStaysCancelledAndItsLetterStays() {
        record("p1", Map.of("work", "publish p1", "status", "SCHEDULED"));
        String id = bury("publish p1");
        redis.opsForHash().put(RedisKeys.job(MAIN, "p1"), "status", "CANCELLED");

        HttpResponse<String> answer = replay(id);

        assertThat(answer.statusCode()).isEqualTo(409);
        assertThat(answer.body()).contains("the job was cancelled");
        assertThat(deadLetters()).hasSize(1);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void aReplayThatIsSentAgainChangesNothing() {
        DeadLetter letter = letter(bury("restock r-7 001 5"), "restock r-7 001 5");
        jobReplay.replay(pipeline, letter);
        poller.tick(pipeline);

        assertThat(jobReplay.replay(pipeline, letter).kind()).isEqualTo(Replay.Result.Kind.GONE);

        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void itsRecordIsScheduledAgainAndDoesNotExpireMeanwhile() {
        record("p-1", Map.of("work", "publish p-1", "channel", "news", "message", "hello", "status", "DEAD"));
        redis.expire(RedisKeys.job(MAIN, "p-1"), Duration.ofHours(1));

        replay(bury("publish p-1"));

        assertThat(status("p-1")).isEqualTo("SCHEDULED");
        assertThat(redis.getExpire(RedisKeys.job(MAIN, "p-1"))).isEqualTo(-1);
        poller.tick(pipeline);
        assertThat(status("p-1")).isEqualTo("DONE");
        assertThat(redis.getExpire(RedisKeys.job(MAIN, "p-1"))).isPositive();
    }

    @Test
    void aRecordOfOtherWorkIsLeftAlone() {
        record("29", Map.of("work", "publish 29", "status", "DONE"));

        replay(bury("order 29"));

        assertThat(status("29")).isEqualTo("DONE");
        assertThat(hasJob("order 29")).isTrue();
    }

    @Test
    void aJobWhoseRecordIsGoneIsBuriedAgainWithThatReason() {
        replay(bury("publish p-1"));

        poller.tick(pipeline);

        assertThat(deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat((String) letter.get("reason")).startsWith("its record is gone"));
    }

    @Test
    void aJobThatIsClaimedOrWaitsForAnotherAttemptKeepsItsTime() {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "restock r-7 001 5", 1);
        Claim claim = claim().get(0);

        assertThat(replay(bury("restock r-7 001 5")).statusCode()).isEqualTo(200);
        assertThat(score("restock r-7 001 5")).isEqualTo(Double.parseDouble(claim.token()));

        dueJobs.rescheduleAll(pipeline, List.of(new DueJobs.Again(claim, Duration.ofHours(1), 1, "")));
        double waiting = score("restock r-7 001 5");
        replay(bury("restock r-7 001 5"));
        assertThat(score("restock r-7 001 5")).isEqualTo(waiting);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aJobThatIsOverdueIsNotPutOff() {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "order 29", 1);

        replay(bury("order 29"));

        assertThat(score("order 29")).isEqualTo(1);
    }

    @Test
    void theBuriedRunOfARecurringJobIsMadeUpForAndItsNextOneStays() {
        redis.opsForHash().put(RedisKeys.recurring(MAIN), "restock r-7 001 5", DAILY);
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "restock r-7 001 5", 1);
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "many");
        String id = tickUntilBuried();
        double nextRun = score("restock r-7 001 5");
        stock("001", 10);
        assertThat(poller.tick(pipeline)).isZero();

        replay(id);

        assertThat(score("restock r-7 001 5")).isLessThan(nextRun);
        assertThat(poller.tick(pipeline)).isEqualTo(1);
        assertThat(stock("001")).isEqualTo(15);
        assertThat(score("restock r-7 001 5")).isGreaterThanOrEqualTo(nextRun);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void thePollersAreWoken() {
        Queue<String> heard = new ConcurrentLinkedQueue<>();
        byte[] channel = RedisKeys.jobUpdates(MAIN).getBytes(StandardCharsets.UTF_8);
        try (RedisConnection connection = redis.getRequiredConnectionFactory().getConnection()) {
            connection.subscribe(
                    (message, pattern) -> heard.add(new String(message.getBody(), StandardCharsets.UTF_8)), channel);
            await().atMost(DEADLINE).until(() -> redis.convertAndSend(RedisKeys.jobUpdates(MAIN), "here") == 2);

            replay(bury("order 29"));

            await().atMost(DEADLINE).until(() -> heard.contains("0"));
        }
    }

    private String tickUntilBuried() {
        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(5)).until(() -> {
            poller.tick(pipeline);
            return !deadLetters().isEmpty();
        });
        return redis.opsForStream()
                .range(RedisKeys.deadLetters(MAIN), Range.unbounded())
                .get(0)
                .getId()
                .getValue();
    }

    private void awaitTick() {
        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(5)).until(() -> poller.tick(pipeline) == 1);
    }

    private HttpResponse<String> replay(String id) {
        return send("POST", "/dead-letters/" + id + "/replay", null);
    }

    private String bury(String member) {
        return redis.opsForStream()
                .add(RedisKeys.deadLetters(MAIN), Map.of("source", "job", "reason", "tired", "payload", member))
                .getValue();
    }

    private static DeadLetter letter(String id, String member) {
        return new DeadLetter(MAIN, id, null, "job", null, member, null, null, Map.of());
    }

    private void record(String id, Map<String, String> fields) {
        redis.opsForHash().putAll(RedisKeys.job(MAIN, id), fields);
    }

    private Object status(String id) {
        return redis.opsForHash().get(RedisKeys.job(MAIN, id), "status");
    }

    private List<Claim> claim() {
        return PollerTick.claim(dueJobs, pipeline).get().claims();
    }

    private double score(String member) {
        return redis.opsForZSet().score(RedisKeys.jobs(MAIN), member);
    }
}
