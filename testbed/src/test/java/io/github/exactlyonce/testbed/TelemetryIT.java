package io.github.exactlyonce.testbed;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.TelemetryIntake.Request;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.LogFile;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the services tell Datadog, and an OpenTelemetry collector, when they are told where these are. */
class TelemetryIT {

    private static final String SERIES = "/api/v1/series";
    private static final String TRACES = "/v1/traces";

    private static final RedisProcess REDIS = RedisProcess.start();
    private static TelemetryIntake intake;
    private static LocalSystem system;

    @BeforeAll
    static void start() throws IOException {
        intake = TelemetryIntake.start();
        Map<String, String> settings = Map.of(
                "DD_ENV", "staging",
                "DD_VERSION", "1.2.3",
                "DD_API_KEY", "key-1",
                "MANAGEMENT_DATADOG_METRICS_EXPORT_URI", intake.url(),
                "MANAGEMENT_DATADOG_METRICS_EXPORT_STEP", "1s",
                "INVENTORY_AUDIT_INTERVAL", "1s",
                "OTEL_EXPORTER_OTLP_ENDPOINT", intake.url(),
                "OTEL_BSP_SCHEDULE_DELAY", "100",
                "MANAGEMENT_TRACING_SAMPLING_PROBABILITY", "1",
                "LOGGING_STRUCTURED_FORMAT_CONSOLE", "logstash");
        system = LocalSystem.launch(SystemPlan.forTests("telemetry", RedisURI.create(REDIS.url()), 2, settings));
        system.waitUntilReady();
        new Inventory(system.replicas().get(0).uri()).set("001", 1_000, TestSystem.PATIENCE);
    }

    @AfterAll
    static void stop() {
        system.close();
        REDIS.close();
        intake.close();
    }

    @Test
    void oneOrderIsOneTraceFromItsRequestToItsSettlement() throws Exception {
        String id = "traced";
        place(id);
        Map<String, JsonNode> lines = awaitLinesOf(id, "placed", "processed", "skipped");

        JsonNode placed = lines.get("placed");
        String trace = placed.get("trace_id").stringValue();
        String request = placed.get("span_id").stringValue();
        assertThat(trace).matches("[0-9a-f]{32}");
        assertThat(lines.values())
                .extracting(line -> line.get("trace_id").stringValue())
                .containsOnly(trace);

        JsonNode processed = lines.get("processed");
        assertThat(processed.get("span_id").stringValue())
                .matches("[0-9a-f]{16}")
                .isNotEqualTo(request);
        awaitSpan(trace, request, "order-service");
        Request settled = awaitSpan(trace, processed.get("span_id").stringValue(), "settle order");
        for (String told :
                new String[] {"inventory-service", processed.get("replica").stringValue(), id, "staging", "1.2.3"}) {
            assertThat(settled.contains(told.getBytes(UTF_8))).as(told).isTrue();
        }
        assertThat(settled.contains(HexFormat.of().parseHex(request)))
                .as("its parent is the request")
                .isTrue();
    }

    @Test
    void theTraceOfTheClientIsContinued() throws Exception {
        String trace = "4bf92f3577b34da6a3ce929d0e0e4736";
        HttpRequest request = HttpRequest.newBuilder(system.orderService().uri().resolve("/orders"))
                .header("Content-Type", "application/json")
                .header("traceparent", "00-" + trace + "-00f067aa0ba902b7-01")
                .POST(HttpRequest.BodyPublishers.ofString("""
                        {"orderId":"continued","items":[{"id":"001","quantity":1}]}"""))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(request, BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(201);

        assertThat(awaitLinesOf("continued", "placed", "processed", "skipped").values())
                .extracting(line -> line.get("trace_id").stringValue())
                .containsOnly(trace);
    }

    /** What Datadog takes without a pipeline: its reserved attributes, and the answer to "who did it". */
    @Test
    void aLineIsAnObjectWithTheAttributesThatDatadogKnows() throws Exception {
        place("logged");
        Map<String, JsonNode> lines = awaitLinesOf("logged", "processed", "skipped");

        for (String decision : new String[] {"processed", "skipped"}) {
            JsonNode line = lines.get(decision);
            assertThat(line.propertyNames())
                    .contains("@timestamp", "reason", "ageMs")
                    .doesNotContain("level", "@version", "level_value", "host", "traceId");
            assertThat(text(line, "status")).isEqualTo("INFO");
            assertThat(text(line, "message")).isEqualTo(decision);
            assertThat(text(line, "decision")).isEqualTo(decision);
            assertThat(text(line, "service")).isEqualTo("inventory-service");
            assertThat(text(line, "env")).isEqualTo("staging");
            assertThat(text(line, "version")).isEqualTo("1.2.3");
            assertThat(text(line, "source")).isEqualTo("message");
            assertThat(text(line, "replica")).startsWith("inventory-");
            assertThat(line.get("ageMs").isNumber()).isTrue();
        }
    }

    @Test
    void metricsArriveAtDatadogWithItsTags() throws Exception {
        place("measured");
        awaitLinesOf("measured", "processed");

        await().atMost(TestSystem.PATIENCE).untilAsserted(() -> {
            assertThat(tagsOf("orders.placed"))
                    .anySatisfy(tags -> assertThat(tags)
                            .contains("outcome:placed", "service:order-service", "env:staging", "version:1.2.3")
                            .anyMatch(tag -> tag.startsWith("replica:")));
            assertThat(tagsOf("inventory.decisions"))
                    .anySatisfy(tags -> assertThat(tags)
                            .contains("decision:processed", "service:inventory-service", "env:staging", "version:1.2.3")
                            .containsAnyOf("replica:inventory-1", "replica:inventory-2"));
            assertThat(tagsOf("inventory.order.age.max")).isNotEmpty();
            assertThat(tagsOf("inventory.subscription.proven")).isNotEmpty();
            assertThat(tagsOf("inventory.audit.drift.units")) // one replica audits, and both tell of it
                    .anySatisfy(tags -> assertThat(tags).contains("replica:inventory-1", "env:staging"))
                    .anySatisfy(tags -> assertThat(tags).contains("replica:inventory-2", "env:staging"));
        });
        assertThat(intake.requests())
                .filteredOn(request -> request.isFor(SERIES))
                .allSatisfy(request -> assertThat(request.uri().getQuery()).isEqualTo("api_key=key-1"));
    }

    @Test
    void withoutAKeyAndAnEndpointNothingIsSent() throws Exception {
        ServiceProcess heard = system.replicas().get(0);
        ServiceProcess silent = system.replaceReplica(
                2,
                Map.of(
                        "DD_API_KEY", "",
                        "OTEL_EXPORTER_OTLP_ENDPOINT", "",
                        "LOGGING_STRUCTURED_FORMAT_CONSOLE", "ecs"));
        silent.waitUntilReady(TestSystem.START_LIMIT);
        int before = intake.requests().size();
        try {
            heard.pause();
            place("untold");
            JsonNode line = awaitLinesOf("untold", "processed").get("processed");
            heard.resume();
            assertThat(text(line.get("service"), "name"))
                    .as("in another format, what that makes of it")
                    .isEqualTo("inventory-service");
            await("three more rounds of the other replica")
                    .atMost(TestSystem.PATIENCE)
                    .until(() -> metricsOf("inventory-1", before) >= 3);

            assertThat(metricsOf("inventory-2", before)).isZero();
            assertThat(intake.requests().stream().skip(before))
                    .noneMatch(request -> request.isFor(TRACES) && request.contains("inventory-2".getBytes(UTF_8)));
            assertThat(get(silent.uri().resolve("/actuator/prometheus")))
                    .contains("inventory_decisions_total{decision=\"processed\"");
        } finally {
            heard.resume();
            system.replaceReplica(2, Map.of()).waitUntilReady(TestSystem.START_LIMIT);
        }
    }

    private static long metricsOf(String replica, int before) {
        return intake.requests().stream()
                .skip(before)
                .filter(request -> request.isFor(SERIES) && request.contains(("replica:" + replica).getBytes(UTF_8)))
                .count();
    }

    private static void place(String id) throws InterruptedException {
        new OrderClient(system.orderService().uri()).place(Order.of(id, new OrderItem("001", 1)));
    }

    /** The last line with each of these messages about an order, of all processes. */
    private static Map<String, JsonNode> awaitLinesOf(String orderId, String... messages) {
        return await().atMost(TestSystem.PATIENCE)
                .until(() -> linesOf(orderId), lines -> lines.keySet().containsAll(Set.of(messages)));
    }

    private static Map<String, JsonNode> linesOf(String orderId) {
        Map<String, JsonNode> found = new HashMap<>();
        for (ServiceProcess process : system.processes()) {
            for (String line : new LogFile(process.log()).newLines()) {
                if (!line.startsWith("{")) {
                    continue; // a warning of the JVM itself
                }
                JsonNode json = JsonMapper.shared().readTree(line);
                if (json.has("orderId") && text(json, "orderId").equals(orderId)) {
                    found.put(text(json, "message"), json);
                }
            }
        }
        return found;
    }

    private static String text(JsonNode line, String attribute) {
        return line.get(attribute).stringValue();
    }

    /** OTLP is Protobuf: ids are sent as their bytes, strings as UTF-8. */
    private static Request awaitSpan(String trace, String span, String told) {
        HexFormat hex = HexFormat.of();
        List<Request> found = await().atMost(TestSystem.PATIENCE)
                .until(
                        () -> intake.requests().stream()
                                .filter(request -> request.isFor(TRACES))
                                .filter(request -> request.contains(hex.parseHex(trace)))
                                .filter(request -> request.contains(hex.parseHex(span)))
                                .filter(request -> request.contains(told.getBytes(UTF_8)))
                                .toList(),
                        requests -> !requests.isEmpty());
        return found.get(0);
    }

    /** The tags of each series of this name so far. */
    private static List<Set<String>> tagsOf(String metric) {
        List<Set<String>> found = new ArrayList<>();
        intake.requests().stream().filter(request -> request.isFor(SERIES)).forEach(request -> {
            for (JsonNode series : JsonMapper.shared().readTree(request.body()).get("series")) {
                if (text(series, "metric").equals(metric)) {
                    Set<String> tags = new HashSet<>();
                    series.get("tags").forEach(tag -> tags.add(tag.stringValue()));
                    found.add(tags);
                }
            }
        });
        return found;
    }

    private static String get(URI uri) throws IOException, InterruptedException {
        HttpRequest request =
                HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
        return HttpClient.newHttpClient().send(request, BodyHandlers.ofString()).body();
    }
}
