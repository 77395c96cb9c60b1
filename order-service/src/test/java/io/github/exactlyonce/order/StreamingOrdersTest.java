package io.github.exactlyonce.order;

import static io.github.exactlyonce.order.OrdersClient.order;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.order.OrdersClient.Answer;
import io.lettuce.core.KillArgs;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.mock.web.MockHttpServletRequest;
import org.springframework.mock.web.MockHttpServletResponse;
import org.springframework.web.ErrorResponseException;

/** {@code GET /orders/stream}. Each test has a warehouse of its own, whose ledger it writes. */
class StreamingOrdersTest extends OrderServiceTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);

    /** Some of these fill the buffers of a socket. */
    private static final String BIG = IntStream.range(0, 800)
            .mapToObj(i -> "a-very-long-name-of-a-thing-in-stock-" + i + "=-1000000")
            .collect(Collectors.joining(","));

    @Value("${local.server.port}")
    private int port;

    @Autowired
    private Pipelines pipelines;

    @Test
    void settledOrdersAreSentWhenTheyAreSettled() {
        Warehouse warehouse = new Warehouse("stream-live");
        add(warehouse, "before", "CONFIRMED", "");
        try (EventStream stream = listen(warehouse)) {
            assertThat(stream.headers().firstValue("Content-Type").orElse("")).startsWith("text/event-stream");
            assertThat(stream.next()).startsWith("retry: 1000\nid: ");

            String first = add(warehouse, "29", "CONFIRMED", "001=-2,002=-1");
            add(warehouse, "r-1", "RESTOCKED", "001=5");
            String second = add(warehouse, "30", "REJECTED", "");

            assertThat(stream.next())
                    .isEqualTo("id: " + first + "\nevent: settled\ndata: {\"id\":\"29\",\"status\":\"CONFIRMED\","
                            + "\"replica\":\"inventory-1\",\"units\":{\"001\":-2,\"002\":-1},\"at\":\"" + at(first)
                            + "\"}");
            assertThat(stream.next())
                    .isEqualTo("id: " + second + "\nevent: settled\ndata: {\"id\":\"30\",\"status\":\"REJECTED\","
                            + "\"replica\":\"inventory-1\",\"at\":\"" + at(second) + "\"}");
        }
    }

    /** It would write nothing, and so nobody would notice that it has left. */
    @Test
    void headIsAnsweredWithoutAStream() {
        Answer answer =
                client().send("HEAD", "/orders/stream?warehouse=stream-head", "", "Accept", "text/event-stream");

        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.header("Content-Type")).startsWith("text/event-stream");
        assertThat(answer.text()).isEmpty();
    }

    @Test
    void whoResumesIsSentWhatWasMissedAndThenWhatComes() {
        Warehouse warehouse = new Warehouse("stream-resume");
        List<String> entries = new ArrayList<>();
        IntStream.range(0, 700).forEach(i -> entries.add(add(warehouse, "o" + i, "CONFIRMED", "001=-1")));
        try (EventStream others = listen(warehouse); // which is where the ledger ends
                EventStream stream = listen(warehouse, "Last-Event-ID", entries.get(2))) {
            others.next();
            for (int i = 3; i < 350; i++) {
                assertThat(stream.next()).startsWith("id: " + entries.get(i) + "\nevent: settled");
            }
            entries.add(add(warehouse, "o700", "CONFIRMED", "001=-1"));
            for (int i = 350; i <= 700; i++) {
                assertThat(stream.next()).startsWith("id: " + entries.get(i) + "\nevent: settled");
            }
            assertThat(others.next()).startsWith("id: " + entries.get(700));
        }
    }

    @Test
    void whoResumesBeforeTheFirstEventMissesNothing() {
        Warehouse warehouse = new Warehouse("stream-early");
        add(warehouse, "0", "CONFIRMED", "");
        String begin;
        try (EventStream stream = listen(warehouse)) {
            begin = stream.next().replaceFirst("(?s).*id: ", "");
        }
        String missed = add(warehouse, "1", "CONFIRMED", "");

        try (EventStream stream = listen(warehouse, "Last-Event-ID", begin)) {
            assertThat(stream.next()).startsWith("id: " + missed + "\nevent: settled");
        }
    }

    @Test
    void whoResumesWhereTheLedgerNoLongerReachesIsToldSo() {
        Warehouse warehouse = new Warehouse("stream-reset");
        String known = add(warehouse, "1", "CONFIRMED", "");
        String last = add(warehouse, "2", "CONFIRMED", "");
        OBSERVED.commands().xdel(RedisKeys.ledger(warehouse), known);

        try (EventStream stream = listen(warehouse, "Last-Event-ID", known)) {
            assertThat(stream.next()).isEqualTo("id: " + last + "\nevent: reset\ndata: {}");
            assertThat(add(warehouse, "3", "CONFIRMED", "")).isEqualTo(id(stream.next()));
        }
    }

    @Test
    void aConnectionThatIsCutLosesAndRepeatsNothing() {
        Warehouse warehouse = new Warehouse("stream-cut");
        add(warehouse, "0", "CONFIRMED", "");
        try (EventStream stream = listen(warehouse)) {
            stream.next();
            for (int i = 1; i < 20; i++) {
                if (i % 5 == 0) {
                    cutReaders();
                }
                String entry = add(warehouse, "o" + i, "CONFIRMED", "");
                assertThat(stream.next()).startsWith("id: " + entry + "\nevent: settled");
            }
        }
    }

    /** Some events fill the buffers of its socket; it is sent away long before 512 more wait. */
    @Test
    void aClientThatDoesNotReadIsDroppedAndDelaysNobody() throws IOException {
        Warehouse warehouse = new Warehouse("stream-slow");
        try (Socket still = new Socket();
                EventStream quick = listen(warehouse)) {
            double droppedBefore = meter("orders.stream.dropped");
            connect(still, warehouse);
            assertThat(still.getInputStream().read()).isEqualTo('H'); // of HTTP/1.1: it is there
            quick.next();
            for (int i = 0; i < 250; i++) {
                add(warehouse, "o" + i, "CONFIRMED", BIG);
                assertThat(quick.next()).contains("{\"id\":\"o" + i + "\"");
            }

            await().atMost(LIMIT).until(() -> meter("orders.stream.dropped") > droppedBefore);

            assertThat(new String(still.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .contains("\n: too slow: nothing was read for 5 s. Resume with Last-Event-ID\n");
            assertThat(add(warehouse, "last", "CONFIRMED", "")).isEqualTo(id(quick.next()));
        }
    }

    @Test
    void theReaderEndsAfterTheLastClientHasLeft() {
        Warehouse warehouse = new Warehouse("stream-end");
        try (EventStream stream = listen(warehouse)) {
            stream.next();
            assertThat(isRead(warehouse)).isTrue();
        }

        await().atMost(LIMIT).until(() -> {
            add(warehouse, "29", "CONFIRMED", ""); // a connection that is gone is noticed when something is written
            return !isRead(warehouse);
        });
    }

    @Test
    void thereIsRoomForSoMany() {
        SettledOrders full = new SettledOrders(pipelines, new SimpleMeterRegistry(), 0);
        full.start();

        assertThatThrownBy(() ->
                        full.listen(Warehouse.MAIN, null, new MockHttpServletRequest(), new MockHttpServletResponse()))
                .isInstanceOfSatisfying(ErrorResponseException.class, e -> {
                    assertThat(e.getStatusCode().value()).isEqualTo(503);
                    assertThat(e.getBody().getType()).hasToString("urn:exactly-once:problem:too-many-streams");
                });
    }

    @Test
    void aPositionThatIsNoneIsRefused() {
        Answer answer = client().get("/orders/stream", "Accept", "text/event-stream", "Last-Event-ID", "x");

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.text("detail")).startsWith("Last-Event-ID must be");
    }

    @Test
    void anOrderOfThatNameIsReadByWhoAsksForJson() {
        client().place(order("stream", "001", 1));

        assertThat(client().get("/orders/stream", "Accept", "application/json").text("orderId"))
                .isEqualTo("stream");
        assertThat(client().get("/orders/stream?warehouse=without-it", "Accept", "application/json")
                        .status())
                .isEqualTo(404);
    }

    /** One that does not read. */
    private void connect(Socket socket, Warehouse warehouse) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.setSoTimeout((int) LIMIT.toMillis());
        socket.connect(new InetSocketAddress("127.0.0.1", port));
        socket.getOutputStream()
                .write(("GET /orders/stream?warehouse=" + warehouse
                                + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
    }

    private EventStream listen(Warehouse warehouse, String... headers) {
        return EventStream.open(port, "?warehouse=" + warehouse, headers);
    }

    private static String add(Warehouse warehouse, String id, String effect, String units) {
        return OBSERVED.commands()
                .xadd(
                        RedisKeys.ledger(warehouse),
                        Map.of("effect", effect, "id", id, "units", units, "by", "inventory-1/x7"));
    }

    private static String id(String event) {
        return event.substring("id: ".length(), event.indexOf('\n'));
    }

    private static Instant at(String entry) {
        return Instant.ofEpochMilli(Long.parseLong(entry.substring(0, entry.indexOf('-'))));
    }

    private static void cutReaders() {
        OBSERVED.commands()
                .clientList()
                .lines()
                .filter(line -> line.contains(" cmd=xread "))
                .map(line -> Long.valueOf(line.replaceFirst("^id=(\\d+) .*", "$1")))
                .forEach(id -> OBSERVED.commands().clientKill(KillArgs.Builder.id(id)));
    }

    private static boolean isRead(Warehouse warehouse) {
        return Thread.getAllStackTraces().keySet().stream()
                .anyMatch(thread -> thread.getName().equals("ledger-" + warehouse));
    }

    private double meter(String name) {
        return Double.parseDouble(client().get("/actuator/metrics/" + name)
                .json()
                .path("measurements")
                .path(0)
                .path("value")
                .asString());
    }
}
