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
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.RedisCallback;

/** Recovery, tick by tick: the poller's own threads are stopped. Leases last a second, three attempts are allowed. */
class DueJobsTest extends WithRedis {

    private static final OrderItems ONE = OrderItems.of(new OrderItem("001", 1));
    private static final Duration NOW = Duration.ZERO;

    private TickedLane poller;

    @Autowired
    void tickByHand(JobPoller replica) {
        poller = new TickedLane(replica);
    }

    @Autowired
    private DueJobs dueJobs;

    @BeforeEach
    void someStock() {
        poller.stopTheOthers(); // whom each new subscription wakes
        stock("001", 10);
    }

    @AfterEach
    void goOn() {
        poller.startTheOthers();
    }

    @Test
    void anOrderWhoseMessageWasLostIsSettledWhenItsJobIsDue() {
        place("29", ONE, NOW);

        assertThat(poller.tick(pipeline)).isEqualTo(1);

        assertThat(order("29").status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(stock("001")).isEqualTo(9);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void anOrderIsLeftAloneDuringItsGraceTime() {
        place("29", ONE, Duration.ofMinutes(1));

        assertThat(poller.tick(pipeline)).isZero();

        assertThat(order("29").status()).isEqualTo(OrderStatus.PLACED);
    }

    @Test
    void aDeadHoldersLockDoesNotDelayTheRecovery() {
        place("29", ONE, NOW);
        redis.opsForValue().set(RedisKeys.lock(MAIN, "29"), "inventory-2/died", Duration.ofMinutes(5));

        poller.tick(pipeline);

        assertThat(order("29").status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(redis.opsForValue().get(RedisKeys.lock(MAIN, "29"))).startsWith("inventory-1/");
    }

    @Test
    void aClaimKeepsOthersAwayUntilItsLeaseRunsOut() {
        place("29", ONE, NOW);

        Claim first = claim(pipeline).get(0);
        assertThat(claim(pipeline)).isEmpty();
        Claim second = awaitClaim();

        assertThat(first.attempts()).isEqualTo(1);
        assertThat(second.attempts()).isEqualTo(2);
        assertThat(second.token()).isNotEqualTo(first.token());
    }

    @Test
    void twoReplicasNeverHoldTheSameClaim() {
        for (int i = 0; i < 50; i++) {
            place("o" + i, ONE, NOW);
        }
        try (Pipeline other = openPipeline()) {
            other.sendAll(List.of(""), (redis, any) -> redis.ping()); // connects before there is a lease
            List<Claim> mine = claim(pipeline);
            List<Claim> theirs = claim(other);
            assertThat(mine).hasSize(50);
            assertThat(theirs).isEmpty();
        }
    }

    @Test
    void aClaimThatLostItsLeaseCanNeitherRescheduleNorBury() {
        place("29", ONE, NOW);
        Claim stale = claim(pipeline).get(0);
        Claim current = awaitClaim();

        dueJobs.rescheduleAll(pipeline, List.of(inAnHour(stale)));
        assertThat(score("order 29")).isEqualTo(Double.parseDouble(current.token()));

        dueJobs.rescheduleAll(pipeline, List.of(inAnHour(current)));
        assertThat(score("order 29")).isGreaterThan(System.currentTimeMillis() + 3_000_000);
    }

    @Test
    void whatFailsEachTimeEndsInTheDeadLettersWithItsReason() {
        place("29", ONE, NOW);
        redis.opsForValue().set(RedisKeys.ledger(MAIN), "not a stream");

        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(5)).until(() -> {
            poller.tick(pipeline);
            return !hasJob("order 29");
        });

        assertThat(deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter).containsEntry("source", "job").containsEntry("payload", "order 29");
            assertThat((String) letter.get("reason"))
                    .startsWith("gave up after 3 attempts")
                    .contains("WRONGTYPE");
        });
        assertThat(stock("001")).isEqualTo(10);
    }

    @Test
    void anOrderThatKillsEveryReplicaThatClaimsItIsGivenUp() {
        place("29", ONE, NOW);
        claim(pipeline);
        awaitClaim();
        awaitClaim();

        await().atMost(DEADLINE).pollInterval(Duration.ofMillis(5)).until(() -> poller.tick(pipeline) == 1);

        assertThat(hasJob("order 29")).isFalse();
        assertThat(deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat((String) letter.get("reason"))
                        .isEqualTo("gave up: 3 attempts and none came to an end"));
    }

    @Test
    void anOrderWithoutARecordGoesToTheDeadLetters() {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "order ghost", 1);

        poller.tick(pipeline);

        assertThat(deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter)
                        .containsEntry("payload", "order ghost")
                        .containsEntry("reason", "the order has no record"));
        assertThat(hasJob("order ghost")).isFalse();
    }

    @Test
    void aJobWithAnImpossibleScoreStopsNobodyElses() {
        redis.execute((RedisCallback<Object>) connection -> connection
                .zSetCommands()
                .zAdd(RedisKeys.jobs(MAIN).getBytes(StandardCharsets.UTF_8), Double.NEGATIVE_INFINITY, new byte[] {'x'
                }));
        place("29", ONE, NOW);

        assertThat(poller.tick(pipeline)).isEqualTo(2);

        assertThat(order("29").status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void aJobThatIsNoTextIsBuriedUnderANameThatCanBeRead() {
        redis.execute((RedisCallback<Object>) connection -> connection
                .zSetCommands()
                .zAdd(RedisKeys.jobs(MAIN).getBytes(StandardCharsets.UTF_8), 1, new byte[] {'w', (byte) 0xff}));

        poller.tick(pipeline);

        assertThat(deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter).containsEntry("payload", "w\\xff"));
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void anOrderThatWasGivenUpIsTriedAgainWhenItIsPlacedAgain() {
        place("29", ONE, NOW);
        redis.delete(RedisKeys.jobs(MAIN));

        place("29", ONE, NOW);
        poller.tick(pipeline);

        assertThat(order("29").status()).isEqualTo(OrderStatus.CONFIRMED);
        place("29", ONE, NOW);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN)))
                .as("a settled order has no job")
                .isFalse();
    }

    @Test
    void workThatNobodyKnowsGoesToTheDeadLetters() {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "email user 1", 1);

        poller.tick(pipeline);

        assertThat(deadLetters())
                .singleElement()
                .satisfies(letter -> assertThat(letter)
                        .containsEntry("payload", "email user 1")
                        .containsEntry("reason", "nothing here knows this kind of work"));
    }

    @Test
    void aSweepBringsForwardWhatNobodyHasClaimedYet() {
        place("leased", ONE, NOW);
        claim(pipeline);
        place("waiting", ONE, Duration.ofSeconds(2));
        place("later", ONE, Duration.ofMinutes(2));
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "cancel waiting", score("order waiting"));
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "restock waiting 001 1", score("order waiting"));
        double lease = score("order leased");

        assertThat(dueJobs.sweep(pipeline, MAIN, RedisKeys.HINTED_JOBS, Duration.ofSeconds(10))
                        .get())
                .isEqualTo(2);

        assertThat(claim(pipeline))
                .extracting(Claim::member)
                .containsExactlyInAnyOrder("order waiting", "cancel waiting");
        assertThat(score("order leased")).isEqualTo(lease);
    }

    @Test
    void aSweepOfManyOrdersReachesThemAll() {
        for (int i = 0; i < 1200; i++) {
            redis.opsForZSet()
                    .add(
                            RedisKeys.jobs(MAIN),
                            "order o" + i,
                            System.currentTimeMillis() + 60_000 + (i % 3 == 0 ? 0.5 : 0));
        }

        assertThat(dueJobs.sweep(pipeline, MAIN, RedisKeys.HINTED_JOBS, Duration.ofMinutes(10))
                        .get())
                .isEqualTo(800);
    }

    @Test
    void pausesGrowUpToTheirBoundAndAreSpread() {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60));
        Random random = new Random(7);

        for (int attempts = 1; attempts < 20; attempts++) {
            long bound = Math.min(60_000, 1000L << Math.min(attempts - 1, 10));
            for (int i = 0; i < 100; i++) {
                assertThat(backoff.pause(attempts, random).toMillis()).isBetween(1L, bound);
            }
        }
        assertThat(backoff.pause(1000, random)).isLessThanOrEqualTo(Duration.ofSeconds(60));
    }

    private static DueJobs.Again inAnHour(Claim claim) {
        return new DueJobs.Again(claim, Duration.ofHours(1), claim.attempts(), "");
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

    private double score(String member) {
        return redis.opsForZSet().score(RedisKeys.jobs(MAIN), member);
    }
}
