package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

@ExtendWith(OutputCaptureExtension.class)
class SchedulingAnOrderTest extends OrderServiceTest {

    private static final String CHRISTMAS = "2199-12-24T08:00:00.123Z";
    private static final long CHRISTMAS_MILLIS = Instant.parse(CHRISTMAS).toEpochMilli();

    @Autowired
    private MeterRegistry meters;

    @Test
    void anOrderForLaterIsCreatedAsScheduledAndShown() {
        Instant before = OBSERVED.clock().truncatedTo(ChronoUnit.MILLIS);
        Answer answer = client().place(scheduled("later", CHRISTMAS));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Location")).isEqualTo("/orders/later");
        assertThat(answer.json().propertyNames())
                .containsExactly("orderId", "status", "items", "placedAt", "scheduledFor");
        assertThat(answer.text("status")).isEqualTo("SCHEDULED");
        assertThat(answer.text("scheduledFor")).isEqualTo(CHRISTMAS);
        assertThat(Instant.parse(answer.text("placedAt"))).isBetween(before, OBSERVED.clock());
        assertThat(client().get("/orders/later").json()).isEqualTo(answer.json());
    }

    @Test
    void anOrderForLaterIsDueAtExactlyItsTimeAndAnnouncedToNobody() throws InterruptedException {
        client().place(scheduled("quiet", CHRISTMAS));

        assertThat(dueAt("quiet")).isEqualTo((double) CHRISTMAS_MILLIS);
        assertThat(OBSERVED.messagesOf("quiet")).isEmpty();
    }

    @Test
    void theTimeMayHaveAnyOffset() {
        client().place(scheduled("offset", "2199-12-24T13:30:00.123+05:30"));

        assertThat(dueAt("offset")).isEqualTo((double) CHRISTMAS_MILLIS);
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 1_000, 3_600_000})
    void aTimeThatHasPassedByRedissClockMeansNow(long millisAgo) throws InterruptedException {
        String id = "past-" + millisAgo;
        String time = OBSERVED.clock()
                .minusMillis(millisAgo)
                .truncatedTo(ChronoUnit.MILLIS)
                .toString();

        Answer answer = client().place(scheduled(id, time));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.text("status")).isEqualTo("PLACED");
        assertThat(answer.text("scheduledFor")).isEqualTo(time);
        assertThat(client().get("/orders/" + id).json()).isEqualTo(answer.json());
        assertThat(OBSERVED.messagesOf(id))
                .extracting(OrderMessage::placedAt)
                .containsExactly(Instant.parse(answer.text("placedAt")));
        assertThat(client().place(scheduled(id, time)).status()).isEqualTo(200);
    }

    @Test
    void aTimeThatIsAheadOfRedissClockIsWaitedFor() throws InterruptedException {
        Instant soon = OBSERVED.clock().plus(Duration.ofMinutes(1)).truncatedTo(ChronoUnit.MILLIS);

        Answer answer = client().place(scheduled("soon", soon.toString()));

        assertThat(answer.text("status")).isEqualTo("SCHEDULED");
        assertThat(dueAt("soon")).isEqualTo((double) soon.toEpochMilli());
        assertThat(OBSERVED.messagesOf("soon")).isEmpty();
    }

    @Test
    void theSameOrderForTheSameTimeIsShownAsItStands() {
        Answer first = client().place(scheduled("same", CHRISTMAS));

        Answer again = client().place(scheduled("same", "2199-12-24T09:00:00.123+01:00"));

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(dueAt("same")).isEqualTo((double) CHRISTMAS_MILLIS);
    }

    @Test
    void anotherTimeIsAnotherOrderAndAConflict() {
        client().place(scheduled("timed", CHRISTMAS));
        client().place(order("untimed", "001", 1));

        assertConflict(client().place(scheduled("timed", "2199-12-24T08:00:00.124Z")));
        assertConflict(client().place(order("timed", "001", 1)));
        assertConflict(client().place(scheduled("untimed", CHRISTMAS)));
        assertThat(dueAt("timed")).isEqualTo((double) CHRISTMAS_MILLIS);
        assertThat(OBSERVED.commands().hget(RedisKeys.order(MAIN, "untimed"), "scheduledFor"))
                .isNull();
    }

    @Test
    void itsReleaseIsNoOtherOrder() {
        client().place(scheduled("released", CHRISTMAS));
        OBSERVED.commands().hset(RedisKeys.order(MAIN, "released"), "status", "PLACED");

        Answer again = client().place(scheduled("released", CHRISTMAS));

        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("status")).isEqualTo("PLACED");
    }

    @Test
    void aScheduledOrderThatWasGivenUpIsTriedAgainAtItsTime() {
        client().place(scheduled("given-up", CHRISTMAS));
        OBSERVED.commands().zrem(RedisKeys.jobs(MAIN), RedisKeys.orderJob("given-up"));

        client().place(scheduled("given-up", CHRISTMAS));

        assertThat(dueAt("given-up")).isEqualTo((double) CHRISTMAS_MILLIS);
    }

    @Test
    void onlyAnOrderThatIsDueFirstWakesThePollers() throws InterruptedException {
        OBSERVED.commands().del(RedisKeys.jobs(MAIN));
        OBSERVED.heardOn(RedisKeys.jobUpdates(MAIN));

        Answer second = client().place(scheduled("due-second", CHRISTMAS));
        client().place(scheduled("due-third", "2199-12-24T08:00:01Z"));

        long millisLeft =
                CHRISTMAS_MILLIS - Instant.parse(second.text("placedAt")).toEpochMilli();
        assertThat(OBSERVED.heardOn(RedisKeys.jobUpdates(MAIN))).containsExactly(String.valueOf(millisLeft));
        client().place(scheduled("due-first", "2199-12-24T08:00:00Z"));
        assertThat(OBSERVED.heardOn(RedisKeys.jobUpdates(MAIN))).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"tomorrow\"",
                "\"2026-12-24T08:00:00\"",
                "\"1969-12-31T23:59:59Z\"",
                "\"2200-01-01T00:00:00Z\"",
                "1798099200000",
                "{}"
            })
    void whatIsNoTimeBeforeTheYear2200IsRefusedByField(String time) {
        Answer answer = client().place(order("refused", "001", 1).replace("}]}", "}],\"scheduledFor\":" + time + "}"));

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("scheduledFor");
        assertThat(answer.json().at("/errors/0/reason").asString()).isEqualTo(JsonInput.INSTANT_RULE);
        assertThat(OBSERVED.commands().exists(RedisKeys.order(MAIN, "refused"))).isZero();
    }

    @Test
    void aScheduledOrderIsCountedAndLoggedAsScheduledOnce(CapturedOutput output) {
        double scheduled = count("scheduled");
        double placed = count("placed");

        client().place(scheduled("counted-later", CHRISTMAS));
        client().place(scheduled("counted-later", CHRISTMAS));

        assertThat(count("scheduled") - scheduled).isEqualTo(1);
        assertThat(count("placed") - placed).isZero();
        await().atMost(Duration.ofSeconds(10))
                .until(() -> output.getOut()
                        .contains("scheduled orderId=counted-later warehouse=main items=1 scheduledFor=" + CHRISTMAS));
    }

    private static String scheduled(String id, String time) {
        return order(id, "001", 1).replace("}]}", "}],\"scheduledFor\":\"" + time + "\"}");
    }

    private static Double dueAt(String id) {
        return OBSERVED.commands().zscore(RedisKeys.jobs(MAIN), RedisKeys.orderJob(id));
    }

    private static void assertConflict(Answer answer) {
        assertThat(answer.status()).isEqualTo(409);
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:order-conflict");
        assertThat(answer.text("detail")).contains("was placed with other items or another time");
    }

    private double count(String outcome) {
        return meters.get("orders.placed").tag("outcome", outcome).counter().count();
    }
}
