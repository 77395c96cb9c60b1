package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.WithRedis;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.StatusOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.TestConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.test.context.TestPropertySource;

/**
 * Effects outside Redis, tick by tick: the poller's own thread is stopped. Two workers, leases of 2 s, three attempts.
 */
@TestPropertySource(properties = {"jobs.workers=2", "jobs.lease=2s", "jobs.shutdown-grace=300ms"})
class OutsideWorkTest extends WithRedis {

    private TickedLane poller;

    @Autowired
    void tickByHand(JobPoller replica) {
        poller = new TickedLane(replica);
    }

    @Autowired
    private DueJobs dueJobs;

    @Autowired
    private JobEffects effects;

    @Autowired
    private JobProperties properties;

    @Autowired
    private Emails emails;

    @Autowired
    private Texts texts;

    @BeforeEach
    void onlyByHand() {
        poller.stopTheOthers();
        List.of(emails, texts).forEach(Recorded::reset);
    }

    @AfterEach
    void nothingRunsOn() {
        emails.blocker.countDown();
        texts.blocker.countDown();
        await().atMost(DEADLINE).until(() -> {
            redis.delete(RedisKeys.jobs(MAIN));
            poller.tick(pipeline);
            return poller.lane.outside.size() == 0;
        });
    }

    @Test
    void atLeastOnceEndsTheJobWhenItsWorkReturns() {
        due("email user 1");

        poller.tick(pipeline);
        tickUntil(() -> !hasJob("email user 1"));

        assertThat(emails.done).extracting(Job::arguments).containsExactly("user 1");
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void itGetsTheFieldsOfItsRecordAndNotOfAnothers() {
        redis.opsForHash().putAll(RedisKeys.job(MAIN, "7"), Map.of("work", "email 7", "message", "hello"));
        redis.opsForHash().putAll(RedisKeys.job(MAIN, "8"), Map.of("work", "publish 8", "message", "not yours"));
        due("email 7");
        due("email 8");

        tickUntil(() -> emails.done.size() == 2);

        assertThat(emails.done).anySatisfy(job -> {
            assertThat(job.member()).isEqualTo("email 7");
            assertThat(job.fields()).containsEntry("message", "hello");
        });
        assertThat(emails.done).anySatisfy(job -> {
            assertThat(job.member()).isEqualTo("email 8");
            assertThat(job.fields()).isEmpty();
        });
    }

    @Test
    void whatFailsIsTriedAgainAndEndsInTheDeadLettersWithItsLastError() {
        emails.effect = job -> {
            throw new IllegalStateException("mailbox full, attempt " + job.attempts());
        };
        due("email 1");

        tickUntil(() -> !hasJob("email 1"));

        assertThat(emails.done).isEmpty();
        assertThat(emails.attempts).hasValue(3);
        assertThat(deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat((String) letter.get("reason"))
                        .startsWith("gave up after 3 attempts")
                        .contains("mailbox full, attempt 3"));
    }

    @Test
    void longWorkRenewsItsLease() {
        emails.effect = job -> emails.blocker.await();
        due("email 1");
        poller.tick(pipeline);
        double first = score("email 1");

        tickUntil(() -> redisNow() > first); // when the lease of the claim would have run out

        emails.blocker.countDown();
        tickUntil(() -> !hasJob("email 1"));
        assertThat(emails.done).extracting(Job::attempts).containsExactly(1);
    }

    @Test
    void whoDiesDuringItsWorkLeavesItToAnotherReplica() {
        emails.effect = job -> {
            if (job.attempts() == 1) {
                emails.blocker.await();
            }
        };
        OutsideWork dead = beginOnAReplicaThatDies("email 1");

        tickUntil(() -> !hasJob("email 1"));

        assertThat(emails.done).extracting(Job::attempts).containsExactly(2);
        emails.blocker.countDown();
        assertEndsNothing(dead);
    }

    @Test
    void whoDiesBetweenItsWorkAndTheEndOfTheJobHasItDoneAgain() {
        OutsideWork dead = beginOnAReplicaThatDies("email 1");
        await().atMost(DEADLINE).until(dead::haveAllEnded);
        assertThat(hasJob("email 1")).as("its end is still to come").isTrue();

        tickUntil(() -> !hasJob("email 1"));

        assertThat(emails.done).extracting(Job::attempts).containsExactly(1, 2);
        assertEndsNothing(dead);
    }

    @Test
    void workThatLostItsLeaseIsInterruptedAndEndsNothing() {
        CountDownLatch interrupted = new CountDownLatch(1);
        emails.effect = job -> {
            try {
                emails.blocker.await();
            } catch (InterruptedException e) {
                interrupted.countDown();
                throw e;
            }
        };
        due("email 1");
        poller.tick(pipeline);
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "email 1", 4e12); // somebody moved it to another time

        tickUntil(() -> interrupted.getCount() == 0 && poller.lane.outside.size() == 0);

        assertThat(score("email 1")).isEqualTo(4e12);
        assertThat(deadLetters()).isEmpty();
    }

    @Test
    void noMoreAreClaimedThanThereAreWorkersAndOtherKindsGoPast() {
        emails.effect = job -> emails.blocker.await();
        for (int i = 0; i < 600; i++) {
            due("email " + i);
        }
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "restock r-1 001 5", 2); // later than all of them

        int claimed = poller.tick(pipeline);

        assertThat(claimed).isEqualTo(3);
        assertThat(stock("001")).isEqualTo(5);
        assertThat(poller.tick(pipeline)).as("both workers are busy").isZero();
        assertThat(redis.opsForZSet().count(RedisKeys.jobs(MAIN), 1, 1)).isEqualTo(598);
        assertThat(poller.pause()).as("it does not spin on what it cannot take").isGreaterThan(Duration.ofMillis(10));
    }

    @Test
    void atMostOnceEndsTheJobBeforeItsWorkBegins() {
        CountDownLatch began = new CountDownLatch(1);
        texts.effect = job -> {
            began.countDown();
            texts.blocker.await();
        };
        due("text 1");

        poller.tick(pipeline);

        assertThat(hasJob("text 1")).isFalse();
        await().atMost(DEADLINE).until(() -> began.getCount() == 0);
        texts.blocker.countDown();
        tickUntil(() -> poller.lane.outside.size() == 0);
        assertThat(texts.done).hasSize(1);
    }

    @Test
    void atMostOnceIsNotTriedAgainButPutWithTheDeadLetters() {
        texts.effect = job -> {
            throw new IllegalStateException("no network");
        };
        due("text 1");

        tickUntil(() -> !deadLetters().isEmpty());

        assertThat(hasJob("text 1")).isFalse();
        assertThat(texts.attempts).hasValue(1);
        assertThat((String) deadLetters().get(0).get("reason"))
                .isEqualTo("it was to be done at most once, and failed: java.lang.IllegalStateException: no network");
    }

    /** Redis answers, but runs no script: the record is read, and no answer comes to the end of the job. */
    @Test
    void atMostOnceDoesNotBeginWhatItMayNotHaveEnded() {
        due("text 1");
        List<Claim> claims = claim("text");
        Map<Claim, JobResult> notBegun;
        RedisClient client = RedisClient.create(REDIS.url());
        try (StatefulRedisConnection<String, String> other = client.connect()) {
            client(other, "PAUSE", "60000", "WRITE");
            try {
                notBegun = poller.lane.outside.begin(pipeline, texts, claims);
                // It is gone, and its command with it.
                await().atMost(DEADLINE).until(() -> !isAnyScriptHeldUp(other));
            } finally {
                client(other, "UNPAUSE");
            }
        } finally {
            client.shutdown();
        }

        assertThat(notBegun).containsOnlyKeys(claims);
        assertThat(notBegun.values()).extracting(JobResult::kind).containsOnly(JobResult.Kind.LEFT);
        assertThat(poller.lane.outside.size()).isZero();
        assertThat(hasJob("text 1")).isTrue();
        tickUntil(() -> texts.done.size() == 1);
        assertThat(hasJob("text 1")).isFalse();
        assertThat(texts.attempts).hasValue(1);
    }

    @Test
    void whatDoesNotEndWithinTheGraceOfAShutdownIsHandedBackAtOnce() throws InterruptedException {
        emails.effect = job -> emails.blocker.await();
        due("email 1");
        poller.tick(pipeline);

        poller.finish(pipeline);

        assertThat(score("email 1")).matches(score -> score % 1 == 0, "counts no attempt");
        emails.effect = job -> {};
        assertThat(poller.tick(pipeline)).as("due at once").isEqualTo(1);
        tickUntil(() -> !hasJob("email 1"));
        assertThat(emails.done).extracting(Job::attempts).containsExactly(1);
    }

    @Test
    void whatHasEndedUnseenIsNeitherCutOffNorHandedBack() {
        due("text 1");
        due("email 1");
        poller.tick(pipeline);
        await().atMost(DEADLINE).until(() -> poller.lane.outside.haveAllEnded());

        assertThat(poller.lane.runner.handBack(pipeline)).isEmpty();

        assertThat(deadLetters()).isEmpty();
        assertThat(hasJob("email 1")).isFalse();
    }

    @Test
    void whatEndsWithinTheGraceOfAShutdownIsFinished() throws InterruptedException {
        due("email 1");
        poller.tick(pipeline);

        poller.finish(pipeline);

        assertThat(hasJob("email 1")).isFalse();
        assertThat(emails.done).hasSize(1);
    }

    /** Claimed and begun by a replica that is not heard of again. */
    private OutsideWork beginOnAReplicaThatDies(String member) {
        due(member);
        OutsideWork dead = new OutsideWork(dueJobs, effects, properties, new Alarm());
        dead.begin(pipeline, emails, claim("email"));
        return dead;
    }

    /** It was only paused: when it wakes up its lease is lost, and the job is not its own. */
    private void assertEndsNothing(OutsideWork paused) {
        await().atMost(DEADLINE).until(paused::haveAllEnded);
        assertThat(paused.attend(pipeline).values())
                .singleElement()
                .extracting(JobResult::kind)
                .isEqualTo(JobResult.Kind.LEFT);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
        assertThat(deadLetters()).isEmpty();
    }

    private List<Claim> claim(String kind) {
        List<DueJobs.Share> shares = List.of(new DueJobs.Share(MAIN, 256, 1));
        return dueJobs.claimAll(pipeline, shares, List.of(kind)).get(0).get().claims();
    }

    private static void client(StatefulRedisConnection<String, String> connection, String... command) {
        CommandArgs<String, String> words = new CommandArgs<>(StringCodec.ASCII);
        Stream.of(command).forEach(words::add);
        connection.sync().dispatch(CommandType.CLIENT, new StatusOutput<>(StringCodec.ASCII), words);
    }

    private static boolean isAnyScriptHeldUp(StatefulRedisConnection<String, String> connection) {
        return connection
                .sync()
                .clientList()
                .lines()
                .anyMatch(client -> client.contains(" flags=b ") && client.contains(" cmd=evalsha "));
    }

    private void due(String member) {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), member, 1);
    }

    private double score(String member) {
        return redis.opsForZSet().score(RedisKeys.jobs(MAIN), member);
    }

    private void tickUntil(Callable<Boolean> condition) {
        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(5)).until(() -> {
            poller.tick(pipeline);
            return condition.call();
        });
    }

    interface Effect {
        void happen(Job job) throws Exception;
    }

    abstract static class Recorded {
        final List<Job> done = new CopyOnWriteArrayList<>();
        final AtomicInteger attempts = new AtomicInteger();
        volatile Effect effect = job -> {};
        volatile CountDownLatch blocker = new CountDownLatch(1);

        void reset() {
            done.clear();
            attempts.set(0);
            effect = job -> {};
            blocker = new CountDownLatch(1);
        }

        public void work(Job job) throws Exception {
            attempts.incrementAndGet();
            effect.happen(job);
            done.add(job);
        }
    }

    static class Emails extends Recorded implements JobHandler.AtLeastOnce {
        @Override
        public String kind() {
            return "email";
        }
    }

    static class Texts extends Recorded implements JobHandler.AtMostOnce {
        @Override
        public String kind() {
            return "text";
        }
    }

    @TestConfiguration
    static class Kinds {
        @Bean
        Emails emails() {
            return new Emails();
        }

        @Bean
        Texts texts() {
            return new Texts();
        }
    }
}
