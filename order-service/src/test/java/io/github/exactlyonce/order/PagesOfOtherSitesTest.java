package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.ApplicationContext;

/** A page in a browser on this machine, whoever wrote it. Without keys. */
class PagesOfOtherSitesTest extends OrderServiceTest {

    @Value("${local.server.port}")
    private int port;

    @Autowired
    private ApplicationContext context;

    /** A browser sends these without asking first if the page says the body is text; that is refused by its type alone, but not a DELETE. */
    @ParameterizedTest
    @CsvSource({
        "Origin, https://evil.example",
        "Origin, null",
        "Origin, http://localhost:5173",
        "Origin, http://127.0.0.1",
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site"
    })
    void noneOfThemPlacesCancelsOrReads(String header, String value) {
        for (Answer answer : new Answer[] {
            client().place(order("forged", "001", 1), header, value),
            client().send("DELETE", "/orders/forged", "", header, value),
            client().get("/orders", header, value)
        }) {
            assertThat(answer.status()).isEqualTo(403);
            assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
            assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:cross-site");
            assertThat(answer.header("Access-Control-Allow-Origin")).isEmpty();
        }
        assertThat(OBSERVED.commands().exists(RedisKeys.order(MAIN, "forged"))).isZero();
    }

    @Test
    void ownPagesAreServedAndALinkMayBeAnywhere() {
        String[] own = {"Origin", "http://127.0.0.1:" + port, "Sec-Fetch-Site", "same-origin"};

        assertThat(client().place(order("own-page", "001", 1), own).status()).isEqualTo(201);
        assertThat(client().get("/orders", "Sec-Fetch-Site", "same-origin").status())
                .isEqualTo(200);
        assertThat(client().get("/", "Sec-Fetch-Site", "none").status()).isEqualTo(200);
        assertThat(client().get("/", "Sec-Fetch-Site", "cross-site", "Sec-Fetch-Mode", "navigate")
                        .status())
                .isEqualTo(200);
        assertThat(client().get(
                                "/orders",
                                "Sec-Fetch-Site",
                                "cross-site",
                                "Sec-Fetch-Mode",
                                "navigate",
                                "Sec-Fetch-Dest",
                                "iframe")
                        .status())
                .as("in a frame")
                .isEqualTo(403);
        assertThat(client().post(
                                "/orders",
                                order("posted-form", "001", 1),
                                "Sec-Fetch-Site",
                                "cross-site",
                                "Sec-Fetch-Mode",
                                "navigate")
                        .status())
                .isEqualTo(403);
    }

    /** DNS rebinding: to the browser, evil.example is where the page came from. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example",
                "evil.example:3001",
                "localhost.evil.example",
                "127.0.0.1.evil.example",
                "[::2]",
                ""
            })
    void aNameThatIsNotThisMachinesIsRefused(String host) throws IOException {
        assertThat(answerTo(host)).startsWith("HTTP/1.1 403").contains("urn:exactly-once:problem:unknown-host");
    }

    @ParameterizedTest
    @ValueSource(strings = {"localhost", "LOCALHOST:3001", "127.0.0.1", "[::1]:3001"})
    void allNamesOfThisMachineAreAnswered(String host) throws IOException {
        assertThat(answerTo(host)).startsWith("HTTP/1.1 404");
    }

    @Test
    void whoAsksForNoKeyIsHeardByItsOwnMachineAlone() {
        assertThat(context.getEnvironment().getProperty("server.address")).isEqualTo("127.0.0.1");
        assertThat(context.getBeansOfType(jakarta.servlet.Filter.class)).doesNotContainKey("springSecurityFilterChain");
    }

    @Test
    void noAnswerIsTakenForAScriptOrKept() {
        Answer placed = client().place(order("headers", "001", 1));
        Answer none = client().get("/orders/none");

        assertThat(placed.headers().map().keySet())
                .containsExactlyInAnyOrder(
                        "location",
                        "content-type",
                        "content-length",
                        "date",
                        "durability",
                        "cache-control",
                        "x-content-type-options");
        for (Answer answer : new Answer[] {placed, none}) {
            assertThat(answer.header("X-Content-Type-Options")).isEqualTo("nosniff");
            assertThat(answer.headers().allValues("Cache-Control")).containsExactly("no-store");
        }
        assertThat(client().get("/").headers().allValues("Cache-Control")).containsExactly("no-cache");
        assertThat(client().get("/").headers().allValues("X-Content-Type-Options"))
                .containsExactly("nosniff");
    }

    /** As with keys: the web server takes it for one path, and Spring for another. */
    @ParameterizedTest
    @ValueSource(strings = {"/actuator/health/../prometheus", "/orders//1", "/orders/%2e%2e/docs", "/orders/1;a=b"})
    void aCrookedPathIsAProblem(String path) throws IOException {
        assertThat(answerTo("GET " + path, "localhost"))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "urn:exactly-once:problem:invalid-input");
    }

    @Test
    void soIsAMethodThatThereIsNot() throws IOException {
        assertThat(answerTo("FOO /orders", "localhost"))
                .startsWith("HTTP/1.1 405")
                .contains("application/problem+json");
    }

    private String answerTo(String host) throws IOException {
        return answerTo("GET /orders/no-such-order", host);
    }

    private String answerTo(String request, String host) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((request + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n\r\n")
                            .getBytes(ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
        }
    }
}
