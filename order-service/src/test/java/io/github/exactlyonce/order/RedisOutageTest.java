package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class RedisOutageTest {

    private static final Duration AT_ONCE = Duration.ofSeconds(3);
    private static final Duration AFTER_THE_TIMEOUT = Duration.ofSeconds(10);

    private static RedisProcess redis;
    private static RunningOrderService service;
    private static OrdersClient client;

    @BeforeAll
    static void start() {
        redis = RedisProcess.start();
        service = RunningOrderService.start(redis.port());
        client = service.client();
    }

    @AfterAll
    static void stop() {
        service.close();
        redis.close();
    }

    @Test
    void whileRedisIsDownARequestFailsAtOnceAndCanBeRepeatedLater() {
        client.place(order("before", "001", 1));
        redis.kill();

        Answer answer = within(AT_ONCE, () -> client.place(order("down", "001", 1)));
        assertUnavailable(answer, "down");
        assertThat(within(AT_ONCE, () -> client.get("/orders/down")).status()).isEqualTo(503);
        assertThat(client.get("/actuator/health/readiness").status()).isEqualTo(503);
        assertThat(client.get("/actuator/health/liveness").status()).isEqualTo(200);

        redis.restart();
        awaitPlaced("down");
    }

    @Test
    void anIdThatTheServiceChoseIsTold() {
        redis.kill();

        Answer answer = client.place("{\"items\":[{\"id\":\"001\",\"quantity\":1}]}");
        String id = answer.text("orderId");
        assertThat(id).hasSize(26);
        assertUnavailable(answer, id);

        redis.restart();
        awaitPlaced(id);
    }

    @Test
    void whileRedisHangsARequestFailsAfterTheTimeoutAndRepeatingItPlacesItOnce() {
        try (ObservedRedis observed = new ObservedRedis(redis.url())) {
            redis.freeze();
            assertUnavailable(within(AFTER_THE_TIMEOUT, () -> client.place(order("frozen", "001", 1))), "frozen");
            assertThat(within(AFTER_THE_TIMEOUT, () -> client.get("/orders/frozen"))
                            .status())
                    .isEqualTo(503);
            redis.thaw();

            // The command was on its way when the service gave up on it.
            assertThat(client.place(order("frozen", "001", 1)).status()).isEqualTo(200);
            assertThat(observed.commands().zrange(RedisKeys.jobs(MAIN), 0, -1)).containsOnlyOnce("order frozen");
        } finally {
            redis.thaw();
        }
    }

    /** The page takes silence of 4 s for a lost connection, and so would say what is not true. */
    @Test
    void whileRedisHangsTheConsoleIsToldSoAndNotLeftInSilence() {
        try (ConsoleWatcher watcher = new ConsoleWatcher(service.port());
                ConsoleWatcher berlin = new ConsoleWatcher(service.port(), "?warehouse=berlin");
                ConsoleWatcher paris = new ConsoleWatcher(service.port(), "?warehouse=paris")) {
            berlin.nextState(); // that there are more to be read makes nobody wait longer
            paris.nextState();
            watcher.next("state", state -> !state.has("unavailable"));
            watcher.nextState(); // by now it has subscribed
            redis.freeze();
            List<Duration> silences = new ArrayList<>();
            long heard = System.nanoTime();
            for (int i = 0; i < 4; i++) { // long enough for the subscription to seem silent too
                watcher.next("state", state -> state.has("unavailable"));
                long now = System.nanoTime();
                silences.add(Duration.ofNanos(now - heard));
                heard = now;
            }
            assertThat(silences)
                    .filteredOn(silence -> silence.compareTo(Duration.ofSeconds(4)) > 0)
                    .as("of %s; one may be longer, if the machine itself stood still", silences)
                    .hasSizeLessThan(2);
            redis.thaw();
            watcher.next("state", state -> !state.has("unavailable"));
        } finally {
            redis.thaw();
        }
    }

    @Test
    void aRedisThatIsOutOfMemoryIsUnavailable() {
        whileSet("maxmemory", "1", "0", "oom");
    }

    @Test
    void aRedisThatHasTooFewReplicasIsUnavailable() {
        whileSet("min-replicas-to-write", "1", "0", "replicas");
    }

    @Test
    void aReplicaIsUnavailable() {
        try (ObservedRedis observed = new ObservedRedis(redis.url())) {
            observed.commands().replicaof("127.0.0.1", RedisProcess.freePort());
            assertUnavailable(client.place(order("readonly", "001", 1)), "readonly");

            observed.commands().configSet("replica-serve-stale-data", "no");
            assertUnavailable(client.place(order("masterdown", "001", 1)), "masterdown");
            assertThat(client.get("/orders/masterdown").status()).isEqualTo(503);

            observed.commands().replicaofNoOne();
            observed.commands().configSet("replica-serve-stale-data", "yes");
            awaitPlaced("readonly");
            awaitPlaced("masterdown");
        }
    }

    private static void whileSet(String parameter, String broken, String healthy, String id) {
        try (ObservedRedis observed = new ObservedRedis(redis.url())) {
            observed.commands().configSet(parameter, broken);
            Answer answer = client.place(order(id, "001", 1));
            observed.commands().configSet(parameter, healthy);

            assertUnavailable(answer, id);
            assertThat(observed.commands().exists(RedisKeys.order(MAIN, id))).isZero();
            awaitPlaced(id);
        }
    }

    private static void awaitPlaced(String id) {
        await().atMost(Duration.ofSeconds(10))
                .until(
                        () -> client.place(order(id, "001", 1)).status(),
                        status -> status == 201 || status == 200); // whose first answer may have been lost
    }

    private static Answer within(Duration limit, Supplier<Answer> request) {
        long start = System.nanoTime();
        Answer answer = request.get();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(limit);
        return answer;
    }

    private static void assertUnavailable(Answer answer, String id) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(503);
        assertThat(answer.header("Retry-After")).isEqualTo("1");
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.text("orderId")).isEqualTo(id);
        assertThat(answer.text("detail")).contains("Repeating the request with orderId " + id + " is safe");
    }
}
