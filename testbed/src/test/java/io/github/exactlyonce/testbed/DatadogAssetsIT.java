package io.github.exactlyonce.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.DatadogAssets.LogQuery;
import io.github.exactlyonce.testbed.DatadogAssets.MetricQuery;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.LogFile;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.RedisURI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the dashboard and the monitors in {@code helm/datadog} ask for is what the services send and log. */
class DatadogAssetsIT {

    private static final Path DIRECTORY = Path.of("../helm/datadog");

    private static final DatadogAssets ASSETS = DatadogAssets.read(DIRECTORY, UnaryOperator.identity());

    /** Faster than the minute after which the services send by default; the names do not depend on it. */
    private static final String STEP = "1s";

    private static TelemetryIntake intake;
    private static RedisProcess redis;
    private static LocalSystem system;

    private static Set<Series> series;
    private static List<JsonNode> lines;

    /** @param type {@code count} or {@code gauge} */
    private record Series(String name, String type, Map<String, String> tags) {}

    @BeforeAll
    static void twoReplicasSettleAnOrder() throws Exception {
        intake = TelemetryIntake.start();
        redis = RedisProcess.start();
        system = LocalSystem.launch(SystemPlan.forTests(
                "datadog",
                RedisURI.create(redis.url()),
                2,
                Map.of(
                        "DD_ENV", "test",
                        "DD_API_KEY", "key-1",
                        "MANAGEMENT_DATADOG_METRICS_EXPORT_URI", intake.url(),
                        "MANAGEMENT_DATADOG_METRICS_EXPORT_STEP", STEP,
                        "INVENTORY_AUDIT_INTERVAL", "1s",
                        "LOGGING_STRUCTURED_FORMAT_CONSOLE", "logstash")));
        system.waitUntilReady();
        new Inventory(system.replicas().get(0).uri()).set("001", 10, TestSystem.PATIENCE);
        new OrderClient(system.orderService().uri()).place(Order.of("29", new OrderItem("001", 2)));

        await("both replicas have decided")
                .atMost(TestSystem.PATIENCE)
                .until(() -> decisions().size() >= 2);
        lines = decisions();
        Polling.until(
                TestSystem.PATIENCE,
                () -> { // some meters come with the first request or garbage collection
                    series = received();
                    return problems(ASSETS).isEmpty();
                });
    }

    @AfterAll
    static void stop() {
        system.close();
        redis.close();
        intake.close();
    }

    @Test
    void everyQueryFindsWhatTheServicesSendAndLog() {
        assertThat(ASSETS.metrics()).isNotEmpty();
        assertThat(ASSETS.logs()).isNotEmpty();
        assertThat(problems(ASSETS)).isEmpty();
    }

    /** So that the test above is known to look. */
    @ParameterizedTest
    @CsvSource({
        "inventory.jobs.oldest, inventory.jobs.eldest",
        "inventory.order.age.max, inventory.order.age.percentile",
        "inventory.queue.length, inventory.queue.dropped",
        "inventory.audit.drift.units, inventory.audit.drift",
        "decision:processed, decision:settled",
        "by {replica}, by {host}",
        "@orderId:29, @order:29",
        "@decision:processed, @decision:settled",
        "service:inventory-service, service:inventory"
    })
    void aQueryThatFindsNothingIsNoticed(String right, String wrong) {
        DatadogAssets assets = DatadogAssets.read(DIRECTORY, text -> text.replace(right, wrong));

        assertThat(problems(assets))
                .isNotEmpty()
                .allSatisfy(problem -> assertThat(problem).contains(wrong));
    }

    private static List<String> problems(DatadogAssets assets) {
        List<String> problems = new ArrayList<>();
        for (MetricQuery query : assets.metrics()) {
            if (series.stream().noneMatch(each -> answers(each, query))) {
                problems.add(query.text() + " finds none of " + named(query.name()));
            }
        }
        for (LogQuery query : assets.logs()) {
            if (lines.stream().noneMatch(line -> answers(line, query))) {
                problems.add(query.text() + " finds none of " + lines);
            }
        }
        return problems;
    }

    /** Counts are asked for as counts and gauges are not: Datadog answers the wrong way round with nonsense. */
    private static boolean answers(Series series, MetricQuery query) {
        return series.name().equals(query.name())
                && series.type().equals("count") == query.asCount()
                && query.tags().entrySet().stream()
                        .allMatch(tag -> matches(series.tags().get(tag.getKey()), tag.getValue()));
    }

    private static boolean answers(JsonNode line, LogQuery query) {
        return query.attributes().entrySet().stream()
                .allMatch(attribute -> matches(line.path(attribute.getKey()).asString(null), attribute.getValue()));
    }

    private static boolean matches(String actual, String wanted) {
        return actual != null && (wanted.equals("*") || wanted.equals(actual));
    }

    private static Set<Series> received() {
        Set<Series> received = new HashSet<>();
        intake.requests().stream()
                .filter(request -> request.isFor("/api/v1/series"))
                .map(request -> JsonMapper.shared().readTree(request.body()).get("series"))
                .forEach(all -> all.forEach(each -> received.add(new Series(
                        each.get("metric").stringValue(), each.get("type").stringValue(), tags(each.get("tags"))))));
        return received;
    }

    private static Map<String, String> tags(JsonNode list) {
        Map<String, String> tags = new HashMap<>();
        list.forEach(tag -> {
            String[] parts = tag.stringValue().split(":", 2);
            tags.put(parts[0], parts[1]);
        });
        return tags;
    }

    private static List<Series> named(String name) {
        return series.stream().filter(each -> each.name().equals(name)).toList();
    }

    /** The lines of the replicas that say what became of an order. */
    private static List<JsonNode> decisions() {
        return system.replicas().stream()
                .flatMap(replica -> new LogFile(replica.log()).newLines().stream())
                .filter(line -> line.startsWith("{")) // the JVM's own warnings are no JSON
                .map(line -> JsonMapper.shared().readTree(line))
                .filter(line -> line.has("decision"))
                .toList();
    }
}
