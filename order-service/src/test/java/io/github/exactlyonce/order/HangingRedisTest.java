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
            assertThat(since(start)).isLessThan(Duration.ofSeconds(5));

            redis.thaw();
            awaitPlaced(service.client());
        }
    }

    @Test
    void onlySoManyRequestsWaitForAnAnswerAndTheOthersFailAtOnce() {
        try (RunningOrderService service = RunningOrderService.start(
                redis.port(), "--orders.max-in-flight=10", "--spring.data.redis.timeout=5s")) {
            OrdersClient client = service.client();
            awaitPlaced(client);
            redis.freeze();
            assertThat(placeThirty(client)).containsOnly(503);

            long start = System.nanoTime();
            assertThat(client.place(order("one-more", "001", 1)).status()).isEqualTo(503);
            assertThat(since(start)).isLessThan(Duration.ofSeconds(3));

            redis.thaw();
            awaitPlaced(client);
        }
    }

    private List<Integer> placeThirty(OrdersClient client) {
        List<Future<Integer>> answers = IntStream.range(0, 30)
                .mapToObj(i -> clients.submit(
                        () -> client.place(order("order-" + i, "001", 1)).status()))
                .toList();
        return answers.stream().map(HangingRedisTest::result).toList();
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
