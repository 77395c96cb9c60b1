package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.api.Doors.ANYONE;
import static io.github.exactlyonce.contracts.api.Doors.OPERATORS;
import static io.github.exactlyonce.contracts.api.Doors.PLACERS;
import static io.github.exactlyonce.contracts.api.Doors.READERS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.api.Doors;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import org.springframework.test.context.TestPropertySource;

/** With keys: who may do what, asked of each door that there is. */
@TestPropertySource(
        properties = {
            "security.mode=api-keys",
            "management.server.port=0",
            "security.requests-per-second=1000000",
            "security.cors-origins=https://shop.example",
            "security.hosts=Orders.internal",
            "logging.level.io.github.exactlyonce=trace",
            "logging.level.org.springframework.security=trace",
            "logging.level.org.springframework.web=trace" // the log is looked through for keys
        })
@ExtendWith(OutputCaptureExtension.class)
class EachDoorTest extends OrderServiceTest {

    private static final Map<String, String> KEYS = Stream.of("read", "place", "operate")
            .collect(toMap(role -> role, role -> "eo_" + role + "_0123456789abcdef0123456789abcdef01234567"));
    private static final String UNKNOWN_KEY = "eo_operate_76543210fedcba9876543210fedcba9876543210";

    /** Who may. A door that is not in here fails the test: say who may, and, if it is not the rule, say it in the service too. */
    private static final Map<String, Set<String>> DOORS = Map.ofEntries(
            Map.entry("GET /", ANYONE),
            Map.entry("GET /console/{name:[a-z]+\\.[a-z]+}", ANYONE),
            Map.entry("GET /docs", ANYONE),
            Map.entry("GET /docs/{name}", ANYONE),
            Map.entry("GET /openapi.yaml", ANYONE),
            Map.entry("GET /asyncapi.yaml", ANYONE),
            Map.entry("GET /console/audit", READERS),
            Map.entry("GET /console/dead-letters", READERS),
            Map.entry("GET /console/feed", READERS),
            Map.entry("POST /console/dead-letters/{id:\\d{1,20}-\\d{1,20}}/replay", OPERATORS),
            Map.entry("GET /error", READERS),
            Map.entry("POST /error", OPERATORS),
            Map.entry("GET /orders", READERS),
            Map.entry("GET /orders/stream", READERS),
            Map.entry("GET /orders/{id}", READERS),
            Map.entry("GET /orders/{id}/events", READERS),
            Map.entry("POST /orders", PLACERS),
            Map.entry("DELETE /orders/{id}", PLACERS));

    @Autowired
    private ApplicationContext context;

    @DynamicPropertySource
    static void keys(DynamicPropertyRegistry properties) {
        KEYS.forEach((role, key) -> properties.add("security.keys." + role, () -> role + ":" + sha256(key)));
    }

    @AfterAll
    static void logAsBefore() {
        Doors.logAsBefore();
    }

    @Test
    void eachDoorIsKnown() {
        assertThat(Doors.of(context)).containsExactlyInAnyOrderElementsOf(DOORS.keySet());
    }

    @Test
    void withoutAKeyOrWithAWrongOneNobodyComesIn() {
        Map<String, Integer> wrong = new TreeMap<>();
        DOORS.forEach((door, may) -> {
            for (String key : new String[] {null, UNKNOWN_KEY}) {
                int status = status(door, key);
                boolean closed = status == 401;
                if (closed == (may == ANYONE && key == null)) { // a wrong key is wrong everywhere
                    wrong.put(door + " with " + key, status);
                }
            }
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    void whoHasTheRoleComesInAndNobodyElse() {
        Map<String, Integer> wrong = new TreeMap<>();
        DOORS.forEach((door, may) -> KEYS.forEach((role, key) -> {
            int status = status(door, key);
            boolean ok = may == ANYONE || may.contains(role) ? status != 401 && status != 403 : status == 403;
            if (!ok) {
                wrong.put(door + " as " + role, status);
            }
        }));
        assertThat(wrong).isEmpty();
    }

    @Test
    void whereThereIsNoDoorAKeyIsNeededToBeToldSo() {
        assertThat(status("GET /nothing", null)).isEqualTo(401);
        assertThat(status("GET /nothing", KEYS.get("read"))).isEqualTo(404);
        assertThat(status("PUT /orders/1", KEYS.get("place"))).isEqualTo(403);
        assertThat(status("HEAD /orders/1", null)).isEqualTo(401);
        assertThat(status("OPTIONS /orders", null)).isEqualTo(401);
        assertThat(status("POST /orders/", KEYS.get("place"))).isEqualTo(403);
        assertThat(status("FOO /orders", null)).isEqualTo(401);
        assertThat(status("FOO /orders", KEYS.get("place"))).isEqualTo(403);
        assertThat(status("FOO /orders", KEYS.get("operate"))).isEqualTo(405);
    }

    @Test
    void aRefusalIsAProblemThatSaysWhatIsMissing() {
        OrdersClient client = client();

        OrdersClient.Answer none = client.place("{}");
        assertThat(none.status()).isEqualTo(401);
        assertThat(none.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(none.header("WWW-Authenticate")).isEqualTo("Bearer realm=\"orders\"");
        assertThat(none.text("type")).isEqualTo("urn:exactly-once:problem:unauthorized");
        assertThat(none.text("detail")).contains("Authorization: Bearer");

        OrdersClient.Answer unknown = client.place("{}", "Authorization", "Bearer " + UNKNOWN_KEY);
        assertThat(unknown.header("WWW-Authenticate")).endsWith("error=\"invalid_token\"");
        assertThat(unknown.text()).doesNotContain(UNKNOWN_KEY);

        OrdersClient.Answer reader = client.place("{}", "Authorization", "Bearer " + KEYS.get("read"));
        assertThat(reader.status()).isEqualTo(403);
        assertThat(reader.text("type")).isEqualTo("urn:exactly-once:problem:forbidden");
        assertThat(reader.header("WWW-Authenticate")).endsWith("error=\"insufficient_scope\"");

        for (String path : List.of("/orders/%2e%2e/x", "/orders//x", "/orders/a;b=c")) {
            HttpResponse<String> crooked = send("GET", client.root() + path);
            assertThat(crooked.statusCode()).as(path).isEqualTo(400);
            assertThat(crooked.headers().firstValue("Content-Type")).as(path).contains("application/problem+json");
        }
    }

    /** Probes and meters have no key. */
    @Test
    void aManagementPortOfItsOwnAsksForNoneAndHasNothingElse() {
        OrdersClient management =
                new OrdersClient(context.getEnvironment().getRequiredProperty("local.management.port", Integer.class));

        assertThat(management.get("/actuator/health/readiness").text()).contains("redisRequirements", "\"details\"");
        assertThat(management.get("/actuator/prometheus").status()).isEqualTo(200);
        assertThat(send("GET", management.root() + "/orders").statusCode()).isEqualTo(404);
        for (String hidden : List.of("env", "configprops", "heapdump", "loggers", "beans")) {
            assertThat(management.get("/actuator/" + hidden).status())
                    .as(hidden)
                    .isEqualTo(404);
        }
        assertThat(client().get("/actuator/health").status()).isEqualTo(404);
        assertThat(status("GET /actuator/prometheus", null)).isEqualTo(401);
        assertThat(status("GET /actuator/prometheus", KEYS.get("operate"))).isEqualTo(404);
        assertThat(context.getEnvironment().getProperty("management.server.address"))
                .isEqualTo("127.0.0.1");
    }

    @Test
    void whereNamesAreListedNoOtherIsAnswered() throws IOException {
        for (String host : List.of("orders.internal:3001", "localhost", "orders.example")) {
            assertThat(said("GET /orders", "Host: " + host))
                    .as(host)
                    .startsWith(host.equals("orders.example") ? "HTTP/1.1 403" : "HTTP/1.1 401");
        }
    }

    /** Spring reads it for its log, before there is a controller. */
    @Test
    void aQueryThatNobodyCanReadIsAProblem() throws IOException {
        assertThat(said("GET /orders?after=%zz", "Host: localhost", "Authorization: Bearer " + KEYS.get("read")))
                .startsWith("HTTP/1.1 400")
                .contains("application/problem+json", "urn:exactly-once:problem:invalid-input");
    }

    /** As UTF-8, of which the header's reader sees single bytes, and some of them are control characters. */
    @Test
    void aHeaderWithAnAccentIsNoUnexpectedError() throws IOException {
        assertThat(said(
                        "POST /orders",
                        "Host: localhost",
                        "Authorization: Bearer " + KEYS.get("place"),
                        "Idempotency-Key: \u00c9cole",
                        "Content-Type: application/json",
                        "Content-Length: 0"))
                .startsWith("HTTP/1.1 400");
    }

    @Test
    void aPageOfAListedOriginMayAskWithItsKeyAndNoOther() {
        OrdersClient client = client();
        String[] preflight = {
            "Origin", "https://shop.example",
            "Access-Control-Request-Method", "POST",
            "Access-Control-Request-Headers", "authorization,content-type,idempotency-key"
        };

        HttpResponse<String> allowed = send("OPTIONS", client.root() + "/orders", preflight);
        assertThat(allowed.statusCode()).isEqualTo(200);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).contains("https://shop.example");
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Headers"))
                .hasValueSatisfying(names -> assertThat(names).contains("authorization", "idempotency-key"));

        assertThat(send("GET", client.root() + "/orders", "Origin", "https://shop.example")
                        .statusCode())
                .isEqualTo(401);
        assertThat(send(
                                "POST",
                                client.root() + "/orders",
                                "Origin",
                                client.root().replace("http:", "https:"))
                        .statusCode())
                .as("the own page, behind a proxy that speaks TLS")
                .isEqualTo(401);
        preflight[1] = "https://other.example";
        assertThat(send("OPTIONS", client.root() + "/orders", preflight).statusCode())
                .isEqualTo(403);
    }

    @Test
    void noKeyIsInTheLog(CapturedOutput output) {
        status("POST /orders", KEYS.get("place"));
        status("POST /orders", UNKNOWN_KEY);
        status("POST /console/dead-letters/{id:\\d{1,20}-\\d{1,20}}/replay", KEYS.get("operate"));
        LoggerFactory.getLogger(EachDoorTest.class).info("all is said");

        await().atMost(Duration.ofSeconds(10)).until(() -> output.getAll().contains("all is said"));
        assertThat(output.getAll()).contains("POST /orders"); // so the log does tell of requests
        for (String key :
                Stream.concat(KEYS.values().stream(), Stream.of(UNKNOWN_KEY)).toList()) {
            assertThat(output.getAll()).doesNotContain(key);
        }
    }

    /** What is no part of the documented API. */
    private HttpResponse<String> send(String method, String uri, String... headers) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(uri)).method(method, BodyPublishers.noBody());
        if (headers.length > 0) {
            request.headers(headers);
        }
        return Doors.send(request, BodyHandlers.ofString());
    }

    /** As it is sent, and comes. */
    private String said(String request, String... headers) throws IOException {
        URI service = URI.create(client().root());
        try (Socket socket = new Socket(service.getHost(), service.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write((request + " HTTP/1.1\r\nConnection: close\r\n" + String.join("\r\n", headers) + "\r\n\r\n")
                            .getBytes(UTF_8));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    /** A stream is not waited for: its head says enough. */
    private int status(String door, @Nullable String key) {
        String named = door.replace("{id:\\d{1,20}-\\d{1,20}}", "1-1").replace("{name:[a-z]+\\.[a-z]+}", "console.js");
        HttpResponse<InputStream> answer = Doors.knock(client().root(), named, key, BodyHandlers.ofInputStream());
        try {
            answer.body().close();
            return answer.statusCode();
        } catch (IOException e) {
            throw new UncheckedIOException(door, e);
        }
    }

    private static String sha256(String key) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(key.getBytes()));
        } catch (java.security.NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
