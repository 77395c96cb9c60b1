package io.github.exactlyonce.inventory.subscription;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.WithRedis;
import io.github.exactlyonce.inventory.jobs.JobPoller;
import io.lettuce.core.KillArgs;
import io.micrometer.core.instrument.MeterRegistry;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;

/** What comes over the channel, and what happens to the subscription. Probes go out each 100 ms. */
class OrderSubscriptionTest extends WithRedis {

    private static final OrderItems ONE = OrderItems.of(new OrderItem("001", 1));

    @Autowired
    private OrderSubscription subscription;

    @Autowired
    private JobPoller poller;

    @Autowired
    private MeterRegistry meters;

    @BeforeEach
    void hearing() {
        stock("001", 10);
        await().atMost(DEADLINE).until(subscription::isProven);
    }

    @Test
    void aMessageOfAnotherProducerIsProcessedOnceByItsId() {
        String message =
                "{\"id\":\"1718000000000\",\"orderId\":\"29\",\"items\":[{\"id\":\"001\",\"quantity\":2}],\"x\":1}";
        publish(message);
        publish(message);
        publish("{\"orderId\":\"30\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}");

        await().atMost(DEADLINE).until(() -> redis.hasKey(RedisKeys.order(MAIN, "30")));
        await().atMost(DEADLINE).until(() -> order("30").status().isSettled());
        assertThat(stock("001")).isEqualTo(7);
        assertThat(order("1718000000000").orderId()).isEqualTo("29");
        assertThat(ledger()).hasSize(2);
    }

    /** The poller of this test sleeps for an hour unless it is woken. */
    @Test
    void wordOfAnEarlierJobWakesThePoller() {
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "restock r-1 001 5", 1);

        redis.convertAndSend(RedisKeys.jobUpdates(MAIN), "10");
        await().atMost(DEADLINE).until(() -> stock("001") == 15);

        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "restock r-2 001 5", 1);
        redis.convertAndSend(RedisKeys.jobUpdates(MAIN), "something else");
        await().atMost(DEADLINE).until(() -> stock("001") == 20);
    }

    @Test
    void anOrderThatWasPlacedForLaterIsReleasedWhenItIsDueAndSettledOnce() {
        long due = redisNow() + 300;
        List<Object> answer = placeOrder("announce", "29", Duration.ofHours(1), ONE.packed(), "", String.valueOf(due));
        assertThat(answer).endsWith("SCHEDULED");

        await().atMost(DEADLINE).until(() -> order("29").status().isSettled());

        assertThat(order("29").placedAt().toEpochMilli()).isGreaterThanOrEqualTo(due);
        assertThat(ledger()).hasSize(1);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @Test
    void aSweepReleasesNoOrderBeforeItsTime() {
        long due = redisNow() + 1500; // within the grace time that a sweep looks ahead
        placeOrder("announce", "29", Duration.ofHours(1), ONE.packed(), "", String.valueOf(due));

        poller.sweep(MAIN, RedisKeys.HINTED_JOBS, Duration.ofSeconds(2));

        await().atMost(DEADLINE).until(() -> order("29").status().isSettled());
        assertThat(order("29").placedAt().toEpochMilli()).isGreaterThanOrEqualTo(due);
    }

    @Test
    void anEventOfAnUnknownTypeIsIgnored() {
        double ignored = meters.get("inventory.events.ignored").counter().count();

        publish("{\"eventType\":\"OrderPraised\",\"id\":\"1\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}");

        theNextOrderIsProcessed();
        assertThat(redis.hasKey(RedisKeys.order(MAIN, "1"))).isFalse();
        assertThat(deadLetters()).isEmpty();
        assertThat(meters.get("inventory.events.ignored").counter().count()).isEqualTo(ignored + 1);
    }

    /** Its job is due in an hour. */
    @Test
    void aCancelledOrderIsHeardOfAndItsStockReturns() {
        placeOrder("announce", "29", Duration.ofHours(1), ONE.packed(), "", "");
        await().atMost(DEADLINE).until(() -> order("29").status() == OrderStatus.CONFIRMED);
        assertThat(stock("001")).isEqualTo(9);

        cancelOrder("29", Duration.ofHours(1), RedisKeys.orderUpdates(MAIN));

        await().atMost(DEADLINE).until(() -> order("29").status() == OrderStatus.CANCELLED);
        assertThat(stock("001")).isEqualTo(10);
        assertThat(redis.hasKey(RedisKeys.jobs(MAIN))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "null",
                "42",
                "{",
                "{\"items\":[{\"id\":\"001\",\"quantity\":1}]}",
                "{\"id\":\"1\"}",
                "{\"id\":\"1\",\"items\":[]}",
                "{\"id\":\"1\",\"items\":{}}",
                "{\"id\":\"1\",\"items\":[7]}",
                "{\"id\":1,\"items\":[{\"id\":\"001\",\"quantity\":1}]}",
                "{\"id\":\"with space\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}",
                "{\"id\":\"1\",\"items\":[{\"id\":\"001\",\"quantity\":0}]}",
                "{\"id\":\"1\",\"items\":[{\"id\":\"001\",\"quantity\":-1}]}",
                "{\"id\":\"1\",\"items\":[{\"id\":\"001\",\"quantity\":1.5}]}",
                "{\"id\":\"1\",\"items\":[{\"id\":\"001\",\"quantity\":\"1\"}]}",
                "{\"id\":\"1\",\"items\":[{\"id\":\"001\",\"quantity\":99999999999}]}",
                "{\"id\":\"1\",\"items\":[{\"quantity\":1}]}",
                "{\"eventType\":\"OrderCancelled\"}",
                "{\"eventType\":\"OrderCancelled\",\"id\":\"1\",\"warehouse\":\"berlin\"}",
                "{\"id\":\"1\",\"warehouse\":\"berlin\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}",
                "{\"id\":\"1\",\"items\":[{\"id\":\"001\",\"quantity\":1}]} trailing",
                "\u0000\u0001\u0002"
            })
    void aMalformedMessageIsBuriedOnceAndTheNextOneIsProcessed(String malformed) {
        publish(malformed);
        publish(malformed);

        theNextOrderIsProcessed();
        assertThat(deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter).containsEntry("source", "order_updates").containsEntry("payload", malformed);
            assertThat((String) letter.get("reason")).isNotBlank();
        });
        assertThat(stock("001")).isEqualTo(9);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+999999999-12-31T23:59:59Z", "-999999999-01-01T00:00:00Z", "yesterday"})
    void aMessageFromAnImpossibleTimeIsAnOrderLikeAnyOther(String placedAt) {
        publish("{\"id\":\"odd\",\"items\":[{\"id\":\"001\",\"quantity\":1}],\"placedAt\":\"" + placedAt + "\"}");

        await().atMost(DEADLINE).until(() -> redis.hasKey(RedisKeys.order(MAIN, "odd")));
        await().atMost(DEADLINE).until(() -> order("odd").status().isSettled());
        theNextOrderIsProcessed();
        assertThat(stock("001")).isEqualTo(8);
    }

    @Test
    void aMegabyteOfNoiseIsBuriedByItsBeginning() {
        publish("x".repeat(1_000_000));

        theNextOrderIsProcessed();
        assertThat(deadLetters()).singleElement().satisfies(letter -> {
            assertThat(letter).containsEntry("reason", "message is too long: 1000000 bytes");
            assertThat(letter).containsEntry("bytes", "1000000");
            assertThat(letter.get("payload")).isEqualTo("x".repeat(4096));
        });
    }

    @Test
    void aSubscriptionThatIsCutOffComesBackAndSweepsWhatItMissed() {
        place("missed", ONE, Duration.ofMillis(1900));

        pipeline.sendAll(List.of(KillArgs.Builder.typePubsub()), (commands, which) -> commands.clientKill(which));

        await().atMost(DEADLINE).until(() -> order("missed").status().isSettled());
        theNextOrderIsProcessed();
    }

    @Test
    void aSilentSubscriptionMakesTheReplicaUnreadyAndIsReplaced() {
        assertThat(readiness()).isEqualTo(200);
        double restarts =
                meters.get("inventory.subscription.restarts").counter().count();
        REDIS.freeze();
        try {
            await().atMost(DEADLINE).until(() -> !subscription.isProven());
            await().atMost(DEADLINE)
                    .until(() -> meters.get("inventory.subscription.restarts")
                                    .counter()
                                    .count()
                            > restarts);
        } finally {
            REDIS.thaw();
        }

        await().atMost(DEADLINE).until(() -> readiness() == 200);
        theNextOrderIsProcessed();
    }

    @Test
    void aRestartedRedisIsFoundAgain() {
        REDIS.restart();

        stock("001", 10);
        await().atMost(DEADLINE).until(() -> readiness() == 200);
        theNextOrderIsProcessed();
    }

    @Test
    void readinessSaysInWordsThatKeysMayBeEvicted() {
        configure("maxmemory-policy", "allkeys-lru");
        try {
            HttpResponse<String> answer = get("/actuator/health/readiness");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body())
                    .contains("maxmemory-policy is allkeys-lru")
                    .contains("Set it to noeviction");
        } finally {
            configure("maxmemory-policy", "noeviction");
        }
    }

    private void theNextOrderIsProcessed() {
        place("next", ONE, Duration.ofMinutes(5));
        publish(
                "{\"eventType\":\"OrderPlaced\",\"id\":\"next\",\"orderId\":\"next\",\"items\":[{\"id\":\"001\",\"quantity\":1}],"
                        + "\"placedAt\":\"2026-01-01T00:00:00.000Z\"}");
        await().atMost(DEADLINE).until(() -> order("next").status() == OrderStatus.CONFIRMED);
    }

    private void publish(String message) {
        redis.convertAndSend(RedisKeys.orderUpdates(MAIN), message);
    }

    private int readiness() {
        return get("/actuator/health/readiness").statusCode();
    }
}
