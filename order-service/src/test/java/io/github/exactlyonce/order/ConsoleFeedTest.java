package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;

class ConsoleFeedTest extends OrderServiceTest {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    @Autowired
    private ConsoleFeed feed;

    /** Of this test alone. */
    private final Warehouse warehouse =
            new Warehouse("w" + UUID.randomUUID().toString().substring(0, 8));

    @Test
    void whoBeginsToWatchIsToldAtOnceHowAWarehouseStands() {
        OBSERVED.commands().hset(RedisKeys.stock(warehouse), Map.of("001", "100", "002", "7"));
        OBSERVED.commands().zadd(RedisKeys.jobs(warehouse), 1_767_225_600_000.0 + 2 / 1024.0, "order 29");
        OBSERVED.commands().xadd(RedisKeys.deadLetters(warehouse), "reason", "unreadable");
        OBSERVED.commands().hset(RedisKeys.audit(warehouse), "verdict", "{\"clean\":true}");

        try (ConsoleWatcher watcher = watch()) {
            JsonNode state = watcher.nextState();

            assertThat(watcher.response().headers().firstValue("Content-Type"))
                    .hasValueSatisfying(type -> assertThat(type).startsWith("text/event-stream"));
            assertThat(watcher.response().headers().firstValue("Cache-Control")).hasValue("no-store");
            assertThat(state.path("warehouse").asString()).isEqualTo(warehouse.name());
            assertThat(state.path("stock").toString())
                    .isEqualTo("{\"skus\":2,\"units\":{\"001\":\"100\",\"002\":\"7\"}}");
            assertThat(state.path("jobs").toString())
                    .isEqualTo("[{\"job\":\"order 29\",\"dueAt\":1767225600000,\"attempts\":2}]");
            assertThat(state.path("open").asLong()).isEqualTo(1);
            assertThat(state.path("deadLetters").asLong()).isEqualTo(1);
            assertThat(state.path("audit").path("clean").asBoolean()).isTrue();
            assertThat(state.path("at").asLong())
                    .isBetween(1_767_225_600_000L, OBSERVED.clock().toEpochMilli());
        }
    }

    @Test
    void ofALargeStockAPartIsShownAndItsSizeTold() {
        for (int i = 0; i < 2_000; i++) {
            OBSERVED.commands().hset(RedisKeys.stock(warehouse), "sku-" + i, "1");
        }

        try (ConsoleWatcher watcher = watch()) {
            JsonNode stock = watcher.nextState().path("stock");

            assertThat(stock.path("skus").asLong()).isEqualTo(2_000);
            assertThat(stock.path("units")).hasSizeBetween(1, 50);
        }
    }

    @Test
    void whatIsSettledIsCountedEntryByEntryFromThenOn() {
        entry("CONFIRMED", "before");

        try (ConsoleWatcher watcher = watch()) {
            JsonNode first = watcher.nextState();
            assertThat(first.path("settled").path("CONFIRMED").asLong()).isZero();
            assertThat(first.path("last").get(0).path("id").asString()).isEqualTo("before");
            for (int i = 0; i < 300; i++) {
                entry("CONFIRMED", "c-" + i);
            }
            entry("RESTOCKED", "no-order");
            entry("REJECTED", "r");

            JsonNode state = watcher.next(
                    "state", told -> told.path("settled").path("REJECTED").asLong() == 1);

            assertThat(state.path("settled").path("CONFIRMED").asLong()).isEqualTo(300);
            assertThat(state.path("last")).hasSize(20);
            JsonNode last = state.path("last").get(0);
            assertThat(last.path("id").asString()).isEqualTo("r");
            assertThat(last.path("by").asString()).isEqualTo("inventory-2");
        }
    }

    @Test
    void whatReplicasSayIsHandedOnAndWhatWouldBreakTheStreamIsNot() {
        try (ConsoleWatcher watcher = watch()) {
            awaitSubscription();
            OBSERVED.commands().publish(RedisKeys.REPLICA_ACTIVITY, "{\"n\":1}\n\nevent: state\ndata: {}");
            OBSERVED.commands().publish(RedisKeys.REPLICA_ACTIVITY, "{\"n\":2,\"x\":\"" + "x".repeat(20_000) + "\"}");
            OBSERVED.commands().publish(RedisKeys.REPLICA_ACTIVITY, "{\"n\":3}");

            assertThat(watcher.next("activity", data -> true).path("n").asInt()).isEqualTo(3);
        }
    }

    @Test
    void replicasAreAskedToTellAsLongAsSomebodyWatches() {
        try (ConsoleWatcher watcher = watch()) {
            watcher.nextState();
            Long first = OBSERVED.commands().pttl(RedisKeys.ACTIVITY_WATCHED);
            watcher.nextState();
            watcher.nextState();

            assertThat(first).isPositive().isLessThanOrEqualTo(ConsoleState.WATCHED.toMillis());
            assertThat(OBSERVED.commands().pttl(RedisKeys.ACTIVITY_WATCHED))
                    .isGreaterThan(ConsoleState.WATCHED
                            .minus(ConsoleReporter.INTERVAL)
                            .minusMillis(500)
                            .toMillis());
        }

        nobodyWatches();
        await().atMost(DEADLINE)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .doesNotContain("console"));
    }

    @Test
    void moreWatchersThanThereIsRoomForAreToldSo() {
        List<ConsoleWatcher> watchers = new ArrayList<>();
        try {
            for (int i = 0; i < ConsoleFeed.MOST_CLIENTS; i++) {
                watchers.add(watch());
            }

            OrdersClient.Answer refused = client().get("/console/feed");

            assertThat(refused.status()).isEqualTo(503);
            assertThat(refused.text("type")).isEqualTo("urn:exactly-once:problem:too-many-watchers");
        } finally {
            watchers.forEach(ConsoleWatcher::close);
        }
    }

    /** It would be told nothing, and so nobody would notice that it has left. */
    @Test
    void whoAsksForTheHeadWatchesNothing() {
        int before = feed.watching();

        OrdersClient.Answer answer = client().send("HEAD", "/console/feed", "");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(feed.watching()).isLessThanOrEqualTo(before); // of whom some may be on their way out
    }

    /** It reads nothing: what waits for it is bounded, it is let go, and the other one misses nothing meanwhile. */
    @Test
    void aSlowWatcherIsLetGoAndDelaysNobody() throws IOException {
        nobodyWatches();
        String message = "{\"x\":\"" + "x".repeat(15_000) + "\",\"n\":";
        try (ConsoleWatcher watcher = watch();
                Socket slow = new Socket()) {
            slow.setReceiveBufferSize(4_096);
            slow.setSoTimeout((int) DEADLINE.toMillis());
            slow.connect(new InetSocketAddress("127.0.0.1", port()));
            ask(slow);
            await().atMost(DEADLINE).until(() -> feed.watching() == 2);
            awaitSubscription();

            int n = 0;
            while (feed.watching() == 2 && n < 5_000) { // 75 MB, which no socket takes
                for (int i = 0; i < 50; i++) {
                    OBSERVED.commands().publish(RedisKeys.REPLICA_ACTIVITY, message + n++ + "}");
                }
                int last = n - 1;
                for (int i = n - 50; i <= last; i++) {
                    assertThat(watcher.next("activity", data -> true).path("n").asInt())
                            .isEqualTo(i);
                }
            }

            await().atMost(DEADLINE).until(() -> feed.watching() == 1);
            assertThat(new String(slow.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .containsPattern("\n: too slow: .+\\. Connect again\n"); // it has no ids to resume from
        }
    }

    private static void ask(Socket socket) throws IOException {
        socket.getOutputStream()
                .write("GET /console/feed HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private ConsoleWatcher watch() {
        return new ConsoleWatcher(port(), "?warehouse=" + warehouse);
    }

    private void entry(String effect, String id) {
        OBSERVED.commands()
                .xadd(
                        RedisKeys.ledger(warehouse),
                        Map.of("effect", effect, "id", id, "units", "001=-1", "by", "inventory-2/x7"));
    }

    /** A watcher that is gone is noticed when something is written to it. */
    private void nobodyWatches() {
        await().atMost(DEADLINE).until(() -> feed.watching() == 0 && subscribers() == 0);
    }

    private void awaitSubscription() {
        await().atMost(DEADLINE).until(() -> subscribers() == 1);
    }

    private static long subscribers() {
        return OBSERVED.commands().pubsubNumsub(RedisKeys.REPLICA_ACTIVITY).get(RedisKeys.REPLICA_ACTIVITY);
    }
}
