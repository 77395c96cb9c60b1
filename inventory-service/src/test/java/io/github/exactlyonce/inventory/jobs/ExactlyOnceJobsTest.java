package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.RedisCallback;

/** Effects in Redis, tick by tick: the poller's own threads are stopped. Leases last a second, three attempts are allowed. */
class ExactlyOnceJobsTest extends WithJobs {

    private static final EffectScript PUBLISH = EffectScript.of("publish-message.lua");
    private static final String EVERY_DAY_AT_EIGHT = "Europe/Berlin 0 0 8 * * *";

    @Autowired
    private JobEffects effects;

    @Autowired
    private JobLog jobLog;

    @Autowired
    private MeterRegistry meters;

    private Heard emails;

    @BeforeEach
    void subscribe() {
        poller.stopTheOthers(); // whom each new subscription wakes
        emails = new Heard(REDIS.url(), "emails");
    }

    @AfterEach
    void unsubscribe() {
        emails.close();
        poller.startTheOthers();
    }

    @Test
    void aRestockAddsItsUnitsOnceAndLeavesOneEntryInTheLedger() {
        stock("001", 10);
        due("restock r-1 001 5");

        assertThat(poller.tick(pipeline)).isEqualTo(1);
        assertThat(poller.tick(pipeline)).isZero();

        assertThat(stock("001")).isEqualTo(15);
        assertThat(ledger())
                .singleElement()
                .satisfies(entry -> assertThat(entry)
                        .containsEntry("effect", "RESTOCKED")
                        .containsEntry("id", "r-1")
                        .containsEntry("units", "001=5"));
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void aRestockThatWasRequestedOverHttpBeforeAddsNothing() {
        send("POST", "/inventory/001/restocks", "{\"quantity\":5,\"restockId\":\"r-1\"}");
        due("restock r-1 001 5");

        poller.tick(pipeline);

        assertThat(stock("001")).isEqualTo(5);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aRestockWhoseIdWasUsedForAnotherChangeIsBuried() {
        send("POST", "/inventory/001/restocks", "{\"quantity\":5,\"restockId\":\"r-1\"}");
        due("restock r-1 001 7");

        poller.tick(pipeline);

        assertThat(stock("001")).isEqualTo(5);
        assertThat(reasons()).containsExactly("r-1 was used before, for 001=5");
    }

    @Test
    void workThatCannotBeReadIsBuriedAndDelaysNobody() {
        List<String> unreadable = List.of(
                "restock",
                "restock r-1 001",
                "restock r-1 001 0",
                "restock r-1 001 1e3",
                "restock r-1 001 5 more",
                "restock r-1 001 99999999999",
                "order",
                "publish");
        unreadable.forEach(this::due);
        due("restock r-1 001 5");

        poller.tick(pipeline);

        assertThat(stock("001")).isEqualTo(5);
        assertThat(deadLetters()).hasSize(unreadable.size());
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void anEffectThatFailsHoldsUpNoneOfThoseThatAreEndedWithIt() {
        redis.opsForHash().put(RedisKeys.stock(MAIN), "broken", "100.0");
        due("restock r-1 001 5");
        due("restock r-2 broken 5");
        due("restock r-3 001 5");

        poller.tick(pipeline);

        assertThat(stock("001")).isEqualTo(10);
        assertThat(hasJob("restock r-2 broken 5")).isTrue();
        assertThat(ledger()).hasSize(2);
    }

    @Test
    void aPublishSendsItsMessageOnce() {
        record("42", "channel", "emails", "message", "email user 1");
        due("publish 42");

        poller.tick(pipeline);
        poller.tick(pipeline);

        assertThat(emails.messages()).containsExactly("email user 1");
        assertThat(recordOf("42")).containsEntry("status", "DONE").containsEntry("runs", "1");
        assertThat((String) recordOf("42").get("lastRunBy")).startsWith("inventory-1/");
        assertThat(redis.getExpire(RedisKeys.job(MAIN, "42"))).isPositive();
    }

    @Test
    void aPublishWithoutARecordIsBuried() {
        due("publish 42");

        poller.tick(pipeline);

        assertThat(reasons()).containsExactly("its record is gone: there is no channel and no message");
    }

    @Test
    void aFullRedisRefusesAPublishBeforeItsMessageIsOut() {
        record("42", "channel", "emails", "message", "email user 1");
        due("publish 42");
        Claim claim = claim(pipeline).get(0);

        configure("maxmemory", "1");
        List<JobResult> results = effects.finishAll(pipeline, PUBLISH, List.of(publishing(claim)));
        configure("maxmemory", "0");

        assertThat(results.get(0).kind()).isEqualTo(JobResult.Kind.RETRY);
        assertThat(results.get(0).reason()).contains("OOM");
        assertThat(emails.messages()).isEmpty();
        assertThat(hasJob("publish 42")).isTrue();
    }

    @Test
    void aClaimThatLostItsLeaseHasNoEffect() {
        record("42", "channel", "emails", "message", "email user 1");
        due("publish 42");
        Claim stale = claim(pipeline).get(0);
        Claim current = awaitClaim();

        assertThat(finish(stale)).isEqualTo(JobResult.left());
        assertThat(finish(current)).isEqualTo(JobResult.done());
        assertThat(finish(stale)).isEqualTo(JobResult.left());

        assertThat(emails.messages()).containsExactly("email user 1");
    }

    @Test
    void aClaimWhoseLeaseRanOutStillCountsAsLongAsNobodyElseHasIt() {
        record("42", "channel", "emails", "message", "email user 1");
        due("publish 42");
        Claim claim = claim(pipeline).get(0);
        await().atMost(DEADLINE).until(() -> redisNow() > Double.parseDouble(claim.token()));

        assertThat(finish(claim)).isEqualTo(JobResult.done());
    }

    @Test
    void anAnswerThatWasLostIsGivenAgainToTheSameClaim() {
        record("42", "channel", "emails", "message", "email user 1");
        due("publish 42");
        Claim claim = claim(pipeline).get(0);

        assertThat(finish(claim)).isEqualTo(JobResult.done());
        assertThat(finish(claim)).isEqualTo(JobResult.done());

        assertThat(recordOf("42")).containsEntry("runs", "1");
    }

    @Test
    void aRecordOfTheSameIdThatBelongsToOtherWorkIsLeftAlone() {
        record("29", "channel", "emails", "message", "email user 1");
        due("restock 29 001 5");

        poller.tick(pipeline);

        assertThat(stock("001")).isEqualTo(5);
        assertThat(recordOf("29")).containsEntry("status", "SCHEDULED").doesNotContainKey("runs");
    }

    @Test
    void aRecurringJobGetsItsNextRunInTheStepThatEndsThisOne() {
        record("42", "channel", "emails", "message", "email user 1");
        recurring("publish 42", EVERY_DAY_AT_EIGHT);
        due("publish 42");

        poller.tick(pipeline);

        assertThat(score("publish 42")).isEqualTo(next(EVERY_DAY_AT_EIGHT));
        assertThat(recordOf("42")).containsEntry("status", "SCHEDULED").containsEntry("runs", "1");
        assertThat(poller.tick(pipeline))
                .as("what was missed is not made up for")
                .isZero();
    }

    @Test
    void eachRunOfARecurringRestockAddsItsUnits() {
        recurring("restock r-1 001 5", EVERY_DAY_AT_EIGHT);
        due("restock r-1 001 5");
        poller.tick(pipeline);
        due("restock r-1 001 5");
        await().atMost(DEADLINE).until(() -> poller.tick(pipeline) == 1);

        assertThat(stock("001"))
                .as("also of two runs that were due at the same time")
                .isEqualTo(10);
        assertThat(ledger())
                .extracting(entry -> (String) entry.get("id"))
                .allSatisfy(id -> assertThat(id).startsWith("r-1/"))
                .doesNotHaveDuplicates();
    }

    @Test
    void aRecurringJobWithoutAFurtherRunEnds() {
        recurring("restock r-1 001 5", "UTC 0 0 0 30 2 *");
        due("restock r-1 001 5");

        poller.tick(pipeline);

        assertThat(stock("001")).isEqualTo(5);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
        assertThat(redis.hasKey(RedisKeys.recurring(MAIN))).isFalse();
    }

    @Test
    void aRunOfARecurringJobThatIsGivenUpDoesNotEndTheOthers() {
        record("42", "channel", "emails"); // no message
        recurring("publish 42", EVERY_DAY_AT_EIGHT);
        due("publish 42");

        poller.tick(pipeline);

        assertThat(deadLetters()).hasSize(1);
        assertThat(score("publish 42")).isEqualTo(next(EVERY_DAY_AT_EIGHT));
        assertThat(recordOf("42")).containsEntry("status", "SCHEDULED").containsKey("lastError");
    }

    @Test
    void aScheduleThatNobodyCanReadLetsTheJobRunOnce() {
        recurring("restock r-1 001 5", "whenever you like");
        due("restock r-1 001 5");

        poller.tick(pipeline);

        assertThat(stock("001")).isEqualTo(5);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
        assertThat(redis.hasKey(RedisKeys.recurring(MAIN))).isFalse();
    }

    @Test
    void whileTheSchedulesCannotBeReadNothingIsClaimedAndNoRecurringJobEnds() {
        redis.opsForValue().set(RedisKeys.recurring(MAIN), "not a hash");
        due("restock r-1 001 5");

        assertThat(poller.tick(pipeline)).isZero();
        assertThat(score("restock r-1 001 5")).isEqualTo(1);

        redis.delete(RedisKeys.recurring(MAIN));
        assertThat(poller.tick(pipeline)).isEqualTo(1);
    }

    @Test
    void aClaimThatRedisRunsTooLateTakesNothing() {
        PollerTick.claim(dueJobs, pipeline).get(); // from here on Redis's time is known
        due("restock r-1 001 5");
        long before = scriptCalls();
        REDIS.freeze();
        Reply<DueJobs.Claims> reply = PollerTick.claim(dueJobs, pipeline);
        REDIS.thaw();

        assertThat(reply.isFailure()).as("given up after the timeout").isTrue();
        await().atMost(DEADLINE).ignoreExceptions().until(() -> scriptCalls() > before);
        assertThat(score("restock r-1 001 5"))
                .as("leased to nobody, once Redis has run the claim")
                .isEqualTo(1);
        assertThat(poller.tick(pipeline)).isEqualTo(1);
    }

    @Test
    void aClaimThatCameTooLateDoesNotSayThatNothingIsDue() {
        due("nobody-knows-this 1");
        assertThat(poller.tick(pipeline)).isEqualTo(1);
        double oldest = gauge("inventory.jobs.oldest");

        DueJobs.Claims late =
                await().atMost(DEADLINE.multipliedBy(3)).until(this::claimOfABusyRedis, claims -> claims.due() < 0);
        jobLog.looked(MAIN, late);

        assertThat(late.claims()).isEmpty();
        assertThat(gauge("inventory.jobs.due")).isEqualTo(1);
        assertThat(gauge("inventory.jobs.oldest")).isEqualTo(oldest).isPositive();
    }

    /** Redis is away for longer than a claim may be late, which is 1 s here, and for less than an answer may take. */
    private DueJobs.Claims claimOfABusyRedis() throws Exception {
        REDIS.freeze();
        Future<Reply<DueJobs.Claims>> claim = CompletableFuture.supplyAsync(() -> PollerTick.claim(dueJobs, pipeline));
        await().pollDelay(Duration.ofMillis(1_400)).until(() -> true);
        REDIS.thaw();
        Reply<DueJobs.Claims> reply = claim.get();
        return reply.isFailure() ? new DueJobs.Claims(0, Duration.ZERO, null, List.of()) : reply.get();
    }

    @Test
    void aTimeWithAFractionThatSomebodyAddedIsNoCountOfAttempts() {
        due("restock r-1 001 5", 1000.456);
        due("restock r-2 001 5", 0.9999);
        due("restock r-3 001 5", 1000.5);

        poller.tick(pipeline);

        assertThat(stock("001")).isEqualTo(15);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void aPublishThatHasEndedIsNotPublishedAgainWhenItIsAddedByHand() {
        record("42", "channel", "emails", "message", "email user 1");
        due("publish 42");
        poller.tick(pipeline);
        due("publish 42");
        poller.tick(pipeline);

        assertThat(emails.messages()).containsExactly("email user 1");
        assertThat(reasons()).containsExactly("its record says that it has ended: DONE");
    }

    @Test
    void thePauseEndsWhenTheNextJobIsDue() {
        due("restock r-1 001 5", redisNow() + 500);

        assertThat(poller.tick(pipeline)).isZero();
        assertThat(poller.pause()).isPositive().isLessThanOrEqualTo(Duration.ofMillis(500));

        redis.delete(RedisKeys.jobs(MAIN));
        poller.tick(pipeline);
        assertThat(poller.pause()).as("the poll interval").isGreaterThan(Duration.ofMinutes(59));
    }

    @Test
    void anIdleReplicaCostsOneCommandForEachTimeItLooks() {
        poller.tick(pipeline);
        long before = scriptCalls();
        for (int i = 0; i < 10; i++) {
            poller.tick(pipeline);
        }
        assertThat(scriptCalls() - before).isEqualTo(10);
    }

    @Test
    void theMetersSayWhatBecameOfTheJobs() {
        double before = done("restock");
        due("restock r-1 001 5");

        poller.tick(pipeline);

        assertThat(done("restock")).isEqualTo(before + 1);
        assertThat(gauge("inventory.jobs.due")).isEqualTo(1);
        assertThat(gauge("inventory.jobs.oldest")).isPositive();
        assertThat(gauge("inventory.jobs.leased")).isZero();
        for (String other : List.of("scheduled", "claimed", "retried", "dead", "lateness")) {
            assertThat(get("/actuator/metrics/inventory.jobs." + other).statusCode())
                    .as(other)
                    .isEqualTo(200);
        }
    }

    private void due(String member) {
        due(member, 1);
    }

    private void due(String member, double at) {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), member, at);
    }

    private void record(String id, String... fields) {
        redis.opsForHash().putAll(RedisKeys.job(MAIN, id), Map.of("work", "publish " + id, "status", "SCHEDULED"));
        for (int i = 0; i < fields.length; i += 2) {
            redis.opsForHash().put(RedisKeys.job(MAIN, id), fields[i], fields[i + 1]);
        }
    }

    private Map<Object, Object> recordOf(String id) {
        return redis.opsForHash().entries(RedisKeys.job(MAIN, id));
    }

    private void recurring(String member, String schedule) {
        redis.opsForHash().put(RedisKeys.recurring(MAIN), member, schedule);
    }

    private double next(String schedule) {
        return Recurrence.parse(schedule)
                .nextAfter(Instant.ofEpochMilli(redisNow()))
                .orElseThrow()
                .toEpochMilli();
    }

    private List<Object> reasons() {
        return deadLetters().stream().map(letter -> letter.get("reason")).toList();
    }

    private List<Claim> claim(Pipeline on) {
        return PollerTick.claim(dueJobs, on).get().claims();
    }

    private Claim awaitClaim() {
        return await().atMost(DEADLINE)
                .pollInterval(Duration.ofMillis(5))
                .until(() -> claim(pipeline), claims -> !claims.isEmpty())
                .get(0);
    }

    private JobResult finish(Claim claim) {
        return effects.finishAll(pipeline, PUBLISH, List.of(publishing(claim))).get(0);
    }

    private static JobEffect publishing(Claim claim) {
        return new JobEffect(claim, List.of(RedisKeys.job(MAIN, claim.id())), List.of());
    }

    /** Scripts that were called so far, by whoever. */
    private long scriptCalls() {
        Properties stats = redis.execute((RedisCallback<Properties>)
                connection -> connection.serverCommands().info("commandstats"));
        Matcher calls = Pattern.compile("calls=(\\d+)").matcher(stats.getProperty("cmdstat_evalsha", ""));
        return calls.find() ? Long.parseLong(calls.group(1)) : 0;
    }

    private double gauge(String name) {
        return meters.get(name).gauge().value();
    }

    private double done(String kind) {
        return meters.get("inventory.jobs.done").tag("kind", kind).counter().count();
    }
}
