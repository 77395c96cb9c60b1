package io.github.exactlyonce.inventory.processing;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.WithRedis;
import io.github.exactlyonce.inventory.processing.Decision.Outcome;
import io.github.exactlyonce.inventory.processing.OrderHint.Source;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;

/** An order that was placed for later: nobody settles it before it is released, and everybody may then. */
class ScheduledOrderTest extends WithRedis {

    private static final OrderItems ONE = OrderItems.of(new OrderItem("001", 1));
    private static final Duration GRACE = Duration.ofMinutes(10);
    private static final Instant FAR = Instant.parse("2199-12-31T23:59:59Z");

    @Autowired
    private OrderProcessor processor;

    @Autowired
    private List<SmartLifecycle> parts;

    /** What these tests do by hand, the service must not do as well. */
    @BeforeEach
    void alone() {
        parts.stream().filter(ScheduledOrderTest::isOurs).forEach(SmartLifecycle::stop);
        stock("001", 10);
    }

    @AfterEach
    void goOn() {
        parts.stream().filter(ScheduledOrderTest::isOurs).forEach(SmartLifecycle::start);
    }

    private static boolean isOurs(SmartLifecycle part) {
        return part.getClass().getPackageName().startsWith("io.github.exactlyonce");
    }

    @Test
    void aMessageBeforeItsTimeChangesNothingAndLeavesTheLockFree() {
        schedule("29", FAR);

        assertThat(process(OrderHint.toSettle(MAIN, "29", "29", ONE, Instant.now(), null, Source.MESSAGE)))
                .isEqualTo(Outcome.SCHEDULED);

        assertUntouched("29");
    }

    @Test
    void anotherProducersMessageOfTheSameIdBeforeItsTimeChangesNothingAndLeavesTheLockFree() {
        schedule("29", FAR);

        assertThat(process(OrderHint.toSettle(MAIN, "29", "29", ONE, null, null, Source.MESSAGE)))
                .isEqualTo(Outcome.SCHEDULED);

        assertUntouched("29");
    }

    @Test
    void aJobThatCameDueBeforeItsReleaseChangesNothingAndLeavesTheLockFree() {
        schedule("29", FAR);
        redis.opsForValue().set(RedisKeys.lock(MAIN, "29"), "inventory-2/other", Duration.ofMinutes(1));

        assertThat(process(OrderHint.dueJob(MAIN, "29"))).isEqualTo(Outcome.SCHEDULED);

        assertUntouched("29");
    }

    @Test
    void beforeItsTimeItIsReportedAsSkippedAndHasNoAge() {
        schedule("29", FAR);

        Decision decision = processor
                .process(pipeline, List.of(OrderHint.dueJob(MAIN, "29")))
                .get(0);

        assertThat(decision.outcome().decision()).isEqualTo("skipped");
        assertThat(decision.age()).isNull();
    }

    @Test
    void itIsReleasedNotBeforeItsTimeAndThenSettledOnceHoweverOftenTheReleaseIsSent() {
        Instant soon = redisClock().plusMillis(300);
        schedule("29", soon);

        assertThat(release("29")).startsWith(2L);
        await().atMost(DEADLINE)
                .pollInterval(Duration.ofMillis(10))
                .until(() -> release("29"), answer -> answer.get(0).equals(1L));
        assertThat(redisClock()).isAfterOrEqualTo(soon);
        assertThat(release("29")).startsWith(0L);

        assertThat(process(OrderHint.dueJob(MAIN, "29"))).isEqualTo(Outcome.CONFIRMED);
        assertThat(release("29")).startsWith(0L).contains("CONFIRMED");
        assertThat(stock("001")).isEqualTo(9);
        assertThat(ledger()).hasSize(1);
        assertThat(order("29").status()).isEqualTo(OrderStatus.CONFIRMED);
        assertThat(order("29").scheduledFor()).isEqualTo(soon);
        assertThat(order("29").placedAt()).isAfterOrEqualTo(soon);
        assertThat(hasJob("order 29")).isFalse();
    }

    @Test
    void aReleaseBeforeItsTimePutsTheClaimedJobBack() {
        schedule("29", FAR);
        redis.opsForZSet().add(RedisKeys.jobs(MAIN), "order 29", 1.5);

        assertThat(release("29")).startsWith(2L);

        assertUntouched("29");
    }

    private void schedule(String id, Instant time) {
        List<Object> answer = placeOrder("announce", id, GRACE, ONE.packed(), "", String.valueOf(time.toEpochMilli()));
        assertThat(answer).startsWith(1L).endsWith("SCHEDULED");
    }

    private List<Object> release(String id) {
        return placeOrder("release", id, GRACE);
    }

    private Outcome process(OrderHint hint) {
        return processor.process(pipeline, List.of(hint)).get(0).outcome();
    }

    private void assertUntouched(String id) {
        assertThat(order(id).status()).isEqualTo(OrderStatus.SCHEDULED);
        assertThat(redis.opsForZSet().score(RedisKeys.jobs(MAIN), RedisKeys.orderJob(id)))
                .isEqualTo((double) FAR.toEpochMilli());
        assertThat(redis.hasKey(RedisKeys.lock(MAIN, id))).isFalse();
        assertThat(stock("001")).isEqualTo(10);
        assertThat(ledger()).isEmpty();
    }

    private Instant redisClock() {
        return Instant.ofEpochMilli(redisNow());
    }
}
