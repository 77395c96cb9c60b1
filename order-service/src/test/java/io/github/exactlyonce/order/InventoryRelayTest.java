package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InventoryRelayTest extends OrderServiceTest {

    @Test
    void itMayBeBelowAPathOfItsHost() throws IOException {
        HttpServer host = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        host.createContext("/inventory/audit", exchange -> {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        host.start();
        try {
            String address = "http://127.0.0.1:" + host.getAddress().getPort() + "/inventory";
            for (String url : List.of(address, address + "/")) {
                InventoryRelay relay = new InventoryRelay(new ConsoleProperties(URI.create(url)));

                assertThat(relay.ask("GET", "/audit?warehouse=main", null, Duration.ofSeconds(10))
                                .join()
                                .getStatusCode()
                                .value())
                        .isEqualTo(200);
            }
        } finally {
            host.stop(0);
        }
    }

    @Test
    void whatTheInventoryServiceAnswersIsHandedOnWhateverItIs() throws IOException {
        HttpServer inventory =
                HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), INVENTORY_PORT), 0);
        inventory.createContext("/", exchange -> {
            byte[] body = ("{\"asked\":\"" + exchange.getRequestMethod() + " " + exchange.getRequestURI()
                            + "\",\"as\":\"" + exchange.getRequestHeaders().getFirst("Authorization") + "\"}")
                    .getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().add("Content-Type", "application/problem+json");
            exchange.sendResponseHeaders(409, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        inventory.start();
        try {
            Answer answer = client().post("/console/dead-letters/1-0/replay", "", "Authorization", "Bearer k");

            assertThat(answer.status()).isEqualTo(409);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.text("asked")).isEqualTo("POST /dead-letters/1-0/replay?warehouse=main");
            assertThat(answer.text("as")).isEqualTo("Bearer k");
            Answer audit = client().get("/console/audit?warehouse=berlin");
            assertThat(audit.text("asked")).isEqualTo("GET /audit?warehouse=berlin");
            assertThat(audit.text("as")).isEqualTo("null");
        } finally {
            inventory.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/console/dead-letters", "/console/audit?warehouse=berlin"})
    void anInventoryServiceThatDoesNotAnswerIsSaidSo(String path) {
        Answer answer = client().get(path);

        assertThat(answer.status()).isEqualTo(502);
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:inventory-unreachable");
        assertThat(answer.text("detail")).contains("http://127.0.0.1:" + INVENTORY_PORT + " ");
    }

    /** A form on a page of another host can send a POST, but not JSON. */
    @Test
    void aReplayWantsJsonAndTheIdOfALetter() {
        assertThat(client().send("POST", "/console/dead-letters/1-0/replay", "", "Content-Type", "text/plain")
                        .status())
                .isEqualTo(415);
        assertThat(client().post("/console/dead-letters/..%2f..%2finventory/replay", "")
                        .status())
                .isIn(400, 404);
        assertThat(client().post("/console/dead-letters/all/replay", "").status())
                .isEqualTo(404);
        assertThat(client().post("/console/dead-letters/1-0/replay", "").status())
                .isEqualTo(502);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ftp://127.0.0.1", "localhost:3002", "http:///x", "", "http://h?x", "http://h#x"})
    void anAddressThatIsNoneIsRefusedAtTheStart(String address) {
        assertThatThrownBy(() -> new ConsoleProperties(URI.create(address)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("console.inventory-url must be such as http://127.0.0.1:3002, not ");
    }
}
