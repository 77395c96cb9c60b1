package io.github.exactlyonce.testbed.bench.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.RandomOrders;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.json.JsonMapper;

class HttpOrdersTest {

    private static final long STANDSTILL_MILLIS = 300;

    private final Set<String> received = ConcurrentHashMap.newKeySet();
    private final ExecutorService threads = Executors.newFixedThreadPool(8);
    private final HttpServer server = server();
    private volatile int status = 201;
    private volatile boolean standsStillOnce;
    private volatile boolean isAwayOnce;

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    @Test
    void everyOrderThatWasAcceptedWasReceived() {
        try (HttpOrders client = new HttpOrders(server.getAddress().getPort(), 4, "")) {
            HttpOrders.Run run = client.asFastAsAnswered(orders(), Duration.ofMillis(200));

            assertThat(run.accepted()).isNotEmpty();
            assertThat(run.orders()).extracting(Order::orderId).containsExactlyInAnyOrderElementsOf(received);
            assertThat(run.answers().getTotalCount()).isEqualTo(run.accepted().size());
        }
    }

    @Test
    void itEndsWhenThereAreNoMoreOrders() {
        List<Order> three = Stream.generate(orders()::next).limit(3).toList();
        try (HttpOrders client = new HttpOrders(server.getAddress().getPort(), 4, "")) {
            assertThat(client.asFastAsAnswered(three.iterator(), Duration.ofMinutes(1))
                            .orders())
                    .containsExactlyInAnyOrderElementsOf(three);
        }
    }

    @Test
    void atARateAsManyAreSentAsItSays() {
        try (HttpOrders client = new HttpOrders(server.getAddress().getPort(), 4, "")) {
            HttpOrders.Run run = client.atRate(orders(), Duration.ofMillis(500), 100);

            assertThat(run.accepted()).hasSize(50);
        }
    }

    @Test
    void whoStandsStillIsSeenToBeLateForEveryOrderThatWasDueMeanwhile() {
        standsStillOnce = true;
        try (HttpOrders client = new HttpOrders(server.getAddress().getPort(), 1, "")) {
            HttpOrders.Run run = client.atRate(orders(), Duration.ofMillis(500), 100);

            // By what was in flight alone, one order would be slow. 30 were due meanwhile: half of them waited for 150
            // ms at least.
            long slow = run.answers()
                    .getCountBetweenValues(
                            HttpOrders.micros(TimeUnit.MILLISECONDS.toNanos(STANDSTILL_MILLIS / 2)),
                            HttpOrders.micros(TimeUnit.MINUTES.toNanos(1)));
            assertThat(slow).isGreaterThanOrEqualTo(15);
        }
    }

    @Test
    void anOrderThatIsAnsweredWith503IsSentAgainAndAcceptedOnce() {
        isAwayOnce = true;
        try (HttpOrders client = new HttpOrders(server.getAddress().getPort(), 1, "")) {
            HttpOrders.Run run = client.asFastAsAnswered(orders(), Duration.ofMillis(200));

            assertThat(run.repeats()).isEqualTo(1);
            assertThat(run.orders())
                    .extracting(Order::orderId)
                    .doesNotHaveDuplicates()
                    .contains("test-0");
        }
    }

    @Test
    void anOrderThatIsRefusedEndsIt() {
        status = 503;
        try (HttpOrders client = new HttpOrders(server.getAddress().getPort(), 1, "")) {
            assertThatThrownBy(() -> client.asFastAsAnswered(orders(), Duration.ofMillis(200)))
                    .hasMessageContaining("was not accepted: HTTP/1.1 503");
        }
    }

    private static Iterator<Order> orders() {
        return new RandomOrders("test", List.of("001"), 1);
    }

    private HttpServer server() {
        try {
            HttpServer created = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            created.createContext("/orders", exchange -> {
                if (standsStillOnce) {
                    standsStillOnce = false;
                    pause();
                }
                byte[] body = exchange.getRequestBody().readAllBytes();
                received.add(JsonMapper.shared().readTree(body).get("orderId").asString());
                exchange.sendResponseHeaders(isAwayOnce ? 503 : status, body.length);
                isAwayOnce = false;
                exchange.getResponseBody().write(body);
                exchange.close();
            });
            created.setExecutor(threads);
            created.start();
            return created;
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(STANDSTILL_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
