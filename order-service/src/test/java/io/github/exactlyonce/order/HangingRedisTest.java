package io.github.exactlyonce.order;

import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class HangingRedisTest {

    private final RedisProcess redis = RedisProcess.start();
    private final ExecutorService clients = Executors.newFixedThreadPool(30);

    @AfterEach
    void stop() {
        clients.shutdownNow();
        redis.close();
    }

    /** The connection factory lets one thread at a time connect, and each attempt takes seconds here. */
    @Test
    void requestsDoNotQueueForTheFirstConnection() {
        redis.freeze();
        try (RunningOrderService service = RunningOrderService.start(redis.port())) {
            long start = System.nanoTime();
            assertThat(placeThirty(service.client())).containsOnly(503);
            assertThat(since(start)).isLessThan(Duration.ofSeconds(15));

            redis.thaw();
            awaitPlaced(service.client());
        }
    }

    @Test
    void onlySoManyRequestsWaitForAnAnswerAndTheOthersFailAtOnce() {
        try (RunningOrderService service = RunningOrderService.start(
                redis.port(), "--orders.max-in-flight=10", "--spring.data.redis.timeout=10s")) {
            OrdersClient client = service.client();
            awaitPlaced(client);
            redis.freeze();
            assertThat(placeThirty(client)).containsOnly(503);

            long start = System.nanoTime();
            assertThat(client.place(order("one-more", "001", 1)).status()).isEqualTo(503);
            assertThat(since(start)).isLessThan(Duration.ofSeconds(8));

            redis.thaw();
            awaitPlaced(client);
        }
    }

    @Test
    void withoutAClusterEveryPlaceIsForTheOneRedisThatThereIs() {
        try (RunningOrderService service = RunningOrderService.start(
                redis.port(), "--orders.max-in-flight=10", "--spring.data.redis.timeout=15s")) {
            awaitPlaced(service.client());
            redis.freeze();
            List<Future<Integer>> answers = sendThirty(service.client());
            await().atMost(Duration.ofSeconds(10))
                    .until(() -> answers.stream().filter(Future::isDone).count() >= 19);

            redis.thaw();
            assertThat(answers.stream().map(HangingRedisTest::result).filter(status -> status == 201))
                    .hasSize(11); // one more than requests: see LettuceConfiguration
        }
    }

    private List<Integer> placeThirty(OrdersClient client) {
        return sendThirty(client).stream().map(HangingRedisTest::result).toList();
    }

    private List<Future<Integer>> sendThirty(OrdersClient client) {
        return IntStream.range(0, 30)
                .mapToObj(i -> clients.submit(
                        () -> client.place(order("order-" + i, "001", 1)).status()))
                .toList();
    }

    private static int result(Future<Integer> answer) {
        try {
            return answer.get();
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void awaitPlaced(OrdersClient client) {
        await().atMost(Duration.ofSeconds(15))
                .until(() -> client.place(order("fine", "001", 1)).status(), status -> status == 201 || status == 200);
    }

    private static Duration since(long start) {
        return Duration.ofNanos(System.nanoTime() - start);
    }
}
