package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.ObservedRedis.BERLIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.lettuce.core.KillArgs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** {@code Prefer: wait} on {@code POST /orders}. The test is the replica that settles. */
class WaitingForAnOrderTest extends OrderServiceTest {

    private static final Duration LIMIT = Duration.ofSeconds(10);

    @Autowired
    private OrderReads reads;

    @Autowired
    private LettuceConnectionFactory connections;

    @Autowired
    private Channels channels;

    @Test
    void theAnswerComesWhenTheOrderIsSettled() {
        CompletableFuture<Answer> waiting = place(order("w-settled", "001", 2), 20);
        awaitWaiting(MAIN, "w-settled");
        assertThat(waiting).isNotDone();

        settle(MAIN, "w-settled");
        announce(MAIN, "w-settled");

        Answer answer = soon(waiting);
        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Location")).isEqualTo("/orders/w-settled");
        assertThat(answer.header("Durability")).isEqualTo("memory");
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=20");
        assertThat(answer.text("status")).isEqualTo("CONFIRMED");
        assertThat(answer.json()).isEqualTo(client().get("/orders/w-settled").json());
    }

    @Test
    void anOrderThatIsNotSettledInTimeIsAnsweredAsItStands() {
        Answer answer = soon(place(order("w-open", "001", 2), 1));

        assertThat(answer.status()).isEqualTo(201);
        assertThat(answer.header("Preference-Applied")).isEqualTo("wait=1");
        assertThat(answer.text("status")).isEqualTo("PLACED");
    }

    @Test
    void anOutcomeThatNobodyHeardIsReadAtTheEnd() {
        CompletableFuture<Answer> waiting = place(order("w-lost", "001", 2), 6);
        awaitWaiting(MAIN, "w-lost");
        assertThat(waiting).isNotDone();

        settle(MAIN, "w-lost");

        assertThat(soon(waiting).text("status")).isEqualTo("CONFIRMED");
    }

    @Test
    void whatWasMissedWhileNothingWasHeardIsReadWhenItIsHeardAgain() {
        CompletableFuture<Answer> waiting = place(order("w-missed", "001", 2), 20);
        awaitWaiting(MAIN, "w-missed");
        settle(MAIN, "w-missed");

        OBSERVED.commands().clientKill(KillArgs.Builder.typePubsub());

        assertThat(soon(waiting).text("status")).isEqualTo("CONFIRMED");
        awaitSubscribers(MAIN, 1); // and not the lost connection beside a new one
    }

    @Test
    void anOrderForLaterIsWaitedForTooAndOneOfAnotherWarehouse() {
        String later = "{\"orderId\":\"w-later\",\"warehouse\":\"berlin\",\"scheduledFor\":\"2199-01-01T00:00:00Z\","
                + "\"items\":[{\"id\":\"001\",\"quantity\":1}]}";
        CompletableFuture<Answer> waiting = place(later, 20);
        awaitWaiting(BERLIN, "w-later");
        announce(BERLIN, "w-later"); // not true, and seen to be not
        settle(BERLIN, "w-later");
        announce(BERLIN, "w-later");

        assertThat(soon(waiting).text("status")).isEqualTo("CONFIRMED");
        assertThat(soon(place(later.replace("w-later", "w-later-2"), 1)).text("status"))
                .isEqualTo("SCHEDULED");
    }

    @Test
    void whoeverRepeatsAnOrderWaitsForItTooAndNotIfItIsSettled() {
        CompletableFuture<Answer> first = place(order("w-twice", "001", 2), 20);
        awaitWaiting(MAIN, "w-twice");
        CompletableFuture<Answer> second = place(order("w-twice", "001", 2), 20);
        await().atMost(LIMIT)
                .until(() ->
                        client().get("/actuator/metrics/orders.waiting").text().contains("\"value\":2.0"));
        settle(MAIN, "w-twice");
        announce(MAIN, "w-twice");

        assertThat(soon(first).status()).isEqualTo(201);
        assertThat(soon(second).status()).isEqualTo(200);
        Answer third = soon(place(order("w-twice", "001", 2), 3600));
        assertThat(third.status()).isEqualTo(200);
        assertThat(third.header("Preference-Applied")).isEqualTo("wait=30");
        assertThat(third.text("status")).isEqualTo("CONFIRMED");
    }

    @Test
    void anotherPreferenceChangesNothingAndProblemsAreAnsweredAtOnce() {
        Answer other = client().place(order("w-other", "001", 2), "Prefer", "respond-async, wait=soon");
        assertThat(other.status()).isEqualTo(201);
        assertThat(other.header("Preference-Applied")).isEmpty();

        assertThat(soon(place(order("w-other", "001", 3), 20)).status()).isEqualTo(409);
        assertThat(soon(place("{}", 20)).text("type")).isEqualTo("urn:exactly-once:problem:invalid-input");
    }

    /** On Java 17 to 20 there are 200. */
    @Test
    void moreClientsWaitThanThereAreThreads() {
        List<CompletableFuture<Answer>> waiting = IntStream.range(0, 400)
                .mapToObj(i -> place(order("w-many-" + i, "001", 1), 20))
                .toList();
        await().atMost(LIMIT)
                .until(() ->
                        client().get("/actuator/metrics/orders.waiting").text().contains("\"value\":400.0"));
        assertThat(waiting).noneMatch(CompletableFuture::isDone);

        for (int i = 0; i < waiting.size(); i++) {
            settle(MAIN, "w-many-" + i);
            announce(MAIN, "w-many-" + i);
        }

        assertThat(waiting)
                .allSatisfy(answer -> assertThat(soon(answer).text("status")).isEqualTo("CONFIRMED"));
        await().atMost(LIMIT)
                .until(() ->
                        client().get("/actuator/metrics/orders.waiting").text().contains("\"value\":0.0"));
    }

    @Test
    void thereIsRoomForSoManyAndTheSubscriptionEndsAfterTheLastOne() {
        Warehouse quiet = new Warehouse("quiet");
        client().place("{\"orderId\":\"w-1\",\"warehouse\":\"quiet\",\"items\":[{\"id\":\"001\",\"quantity\":1}]}");
        OrderRecord known = reads.find(quiet, "w-1").join().orElseThrow();
        WaitingRequests one = new WaitingRequests(reads, connections, channels, 1);
        one.start();
        try {
            CompletableFuture<OrderRecord> first =
                    one.await(quiet, "w-1", known, Duration.ofSeconds(1)).orElseThrow();
            assertThat(one.await(quiet, "w-1", known, LIMIT)).isEmpty();
            awaitSubscribers(quiet, 1);

            assertThat(first.join()).isEqualTo(known);
            awaitSubscribers(quiet, 0);
            assertThat(one.await(quiet, "w-1", known, Duration.ofMillis(1))).isPresent();
        } finally {
            one.stop();
        }
    }

    @Test
    void aServiceThatStopsAnswersWhoeverWaits() {
        try (RedisProcess redis = RedisProcess.start()) {
            RunningOrderService service = RunningOrderService.start(redis.port());
            CompletableFuture<Answer> waiting =
                    service.client().placeLater(order("w-stop", "001", 1), "Prefer", "wait=20");
            await().atMost(LIMIT)
                    .until(() -> service.client()
                            .get("/actuator/metrics/orders.waiting")
                            .text()
                            .contains("1.0"));

            int port = service.context().getEnvironment().getRequiredProperty("local.server.port", Integer.class);
            EventStream stream = EventStream.open(port, "");
            stream.next();

            long start = System.nanoTime();
            service.close();

            assertThat(Duration.ofNanos(System.nanoTime() - start))
                    .isLessThan(Duration.ofSeconds(8)); // it waited for nobody
            assertThat(stream.next()).isEqualTo(": the service stops. Resume with Last-Event-ID");
            assertThat(stream.isEnded()).isTrue();
            assertThat(soon(waiting).status()).isEqualTo(201);
            assertThat(soon(waiting).text("status")).isEqualTo("PLACED");
        }
    }

    private CompletableFuture<Answer> place(String json, int seconds) {
        return client().placeLater(json, "Prefer", "wait=" + seconds);
    }

    /** Long before those who would wait longer are given up. */
    private static Answer soon(CompletableFuture<Answer> answer) {
        return answer.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
    }

    /** The subscription may be there before the request, from another test. */
    private void awaitWaiting(Warehouse warehouse, String id) {
        await().atMost(LIMIT)
                .until(() -> OBSERVED.commands().exists(RedisKeys.order(warehouse, id)) == 1
                        && !client().get("/actuator/metrics/orders.waiting")
                                .text()
                                .contains("\"value\":0.0"));
        awaitSubscribers(warehouse, 1);
    }

    private static void awaitSubscribers(Warehouse warehouse, long number) {
        String channel = RedisKeys.inventoryUpdates(warehouse);
        await().atMost(LIMIT)
                .until(() -> OBSERVED.commands().pubsubNumsub(channel).get(channel) == number);
    }

    private static void settle(Warehouse warehouse, String id) {
        OBSERVED.commands()
                .hset(
                        RedisKeys.order(warehouse, id),
                        Map.of("status", "CONFIRMED", "settledAt", "1767225600000", "settledBy", "inventory-1/x7"));
    }

    private static void announce(Warehouse warehouse, String id) {
        OBSERVED.commands()
                .publish(
                        RedisKeys.inventoryUpdates(warehouse),
                        "{\"eventType\":\"OrderConfirmed\",\"schemaVersion\":1,\"id\":\"" + id + "\",\"orderId\":\""
                                + id + "\",\"status\":\"CONFIRMED\",\"settledBy\":\"inventory-1\",\"ageMs\":5}");
    }
}
