package io.github.exactlyonce.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.HasMetadata;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Each value of each chart, changed alone: it changes what is made, and what is made stays valid. */
class EachValueTest {

    private static final String SENTINEL = "redis: {url: '', sentinel: {master: main, nodes: ['s-0:26379']}}";
    private static final String TLS = "redis: {url: 'rediss://redis', tls: {existingSecret: redis-tls}}";
    private static final String DATADOG = "datadog: {enabled: true, env: prod, apiKeyExistingSecret: key}";
    private static final String KEYS = "security: {mode: api-keys, existingSecret: keys}";
    private static final String TOKENS =
            "security: {mode: jwt, jwt: {issuerUri: 'https://id.example', audience: orders}}";
    private static final String HPA = "autoscaling: {enabled: true}";
    private static final String POLICY = "networkPolicy: {enabled: true}";

    private static final List<Change> OF_BOTH = List.of(
            change("replicaCount", "5"),
            change("image.repository", "registry.example.com/service"),
            change("image.tag", "1.2.3"),
            change("image.digest", "'sha256:" + "0".repeat(64) + "'"),
            change("image.pullPolicy", "Always"),
            change("imagePullSecrets", "[{name: registry}]"),
            change("nameOverride", "other"),
            change("fullnameOverride", "other"),
            change("redis.url", "rediss://other:6380/1"),
            change("redis.username", "app"),
            change("redis.password", "s3cret"),
            change("redis.existingSecret", "mine"),
            change("redis.existingSecretPasswordKey", "key", "redis: {existingSecret: mine}"),
            change("redis.sentinel.master", "other", SENTINEL),
            change("redis.sentinel.nodes", "['s-1:26379', 's-2:26379']", SENTINEL),
            change("redis.sentinel.database", "1", SENTINEL),
            change("redis.sentinel.username", "watcher", SENTINEL),
            change("redis.sentinel.password", "s3cret", SENTINEL),
            change(
                    "redis.sentinel.existingSecretPasswordKey",
                    "key",
                    "redis: {existingSecret: mine, url: '', sentinel: {master: main, nodes: ['s-0:26379']}}"),
            change("redis.cluster.nodes", "['c-0:7000']", "redis: {url: '', cluster: {nodes: ['c-1:6379']}}"),
            change("redis.tls.enabled", "true", SENTINEL),
            change("redis.tls.existingSecret", "redis-tls", "redis: {url: 'rediss://redis'}"),
            change("redis.tls.caKey", "ca.pem", TLS),
            change("redis.tls.clientCertificate", "true", TLS),
            change("orders.grace", "5s"),
            change("security.mode", "jwt", "security: {jwt: {issuerUri: 'https://id.example', audience: orders}}"),
            change("security.keys", "{shop: 'place+operate:" + "0".repeat(64) + "'}", KEYS),
            change("security.existingSecret", "other", KEYS),
            change("security.jwt.issuerUri", "https://other.example", TOKENS),
            change("security.jwt.audience", "other", TOKENS),
            change("security.requestsPerSecond", "50"),
            change("security.corsOrigins", "['https://shop.example', 'http://localhost:5173']"),
            change("service.type", "LoadBalancer"),
            change("service.port", "80"),
            change("service.annotations", "{a: b}"),
            change("preStopSeconds", "10"),
            change("terminationGracePeriodSeconds", "120"),
            change("resources.requests.cpu", "1"),
            change("resources.requests.memory", "1Gi"),
            change("resources.limits.memory", "1Gi"),
            change("autoscaling.enabled", "true"),
            change("autoscaling.minReplicas", "2", HPA),
            change("autoscaling.maxReplicas", "20", HPA),
            change("autoscaling.targetCPUUtilizationPercentage", "50", HPA),
            change("podDisruptionBudget.enabled", "false"),
            change("podDisruptionBudget.maxUnavailable", "50%"),
            change(
                    "topologySpreadConstraints",
                    "[{maxSkew: 2, topologyKey: rack, whenUnsatisfiable: DoNotSchedule, labelSelector: {matchLabels: {a: b}}}]"),
            change("nodeSelector", "{disk: ssd}"),
            change("tolerations", "[{key: spot, operator: Exists}]"),
            change("affinity", "{nodeAffinity: {}}"),
            change("priorityClassName", "high"),
            change("serviceAccount.create", "false"),
            change("serviceAccount.name", "other"),
            change("serviceAccount.annotations", "{a: b}"),
            change("podSecurityContext.runAsNonRoot", "null"),
            change("podSecurityContext.runAsUser", "20000"),
            change("podSecurityContext.runAsGroup", "20000"),
            change("podSecurityContext.fsGroup", "20000"),
            change("podSecurityContext.seccompProfile.type", "Unconfined"),
            change("securityContext.allowPrivilegeEscalation", "null"),
            change("securityContext.readOnlyRootFilesystem", "false"),
            change("securityContext.capabilities.drop", "[NET_RAW]"),
            change("networkPolicy.enabled", "true"),
            change("networkPolicy.httpFrom", "[{podSelector: {}}]", POLICY),
            change("networkPolicy.managementFrom", "[{namespaceSelector: {}}]", POLICY),
            change("networkPolicy.extraEgress", "[{ports: [{port: 7000}]}]", POLICY),
            change("logFormat", "text"),
            change("datadog.enabled", "true", "datadog: {env: prod}"),
            change("datadog.env", "staging", DATADOG),
            change("datadog.site", "datadoghq.eu", DATADOG),
            change("datadog.apiKeyExistingSecret", "other", DATADOG),
            change("datadog.apiKeyExistingSecretKey", "other", DATADOG),
            change("tracing.endpoint", "'http://$(HOST_IP):4318'"),
            change("tracing.probability", "1", "tracing: {endpoint: 'https://collector'}"),
            change("podMonitor.enabled", "true"),
            change("podMonitor.interval", "10s", "podMonitor: {enabled: true}"),
            change("podMonitor.labels", "{release: prometheus}", "podMonitor: {enabled: true}"),
            change("podAnnotations", "{a: b}"),
            change("podLabels", "{team: shop}"),
            change("extraEnv", "[{name: JAVA_TOOL_OPTIONS, value: -Xmx300m}]"),
            change("extraEnvFrom", "[{configMapRef: {name: more}}]"),
            change("hooks.image", "registry.example.com/curl:1"),
            change("hooks.keyExistingSecret", "mine"),
            change("hooks.keyExistingSecretKey", "token", "hooks: {keyExistingSecret: mine}"),
            change("hooks.timeoutSeconds", "120"));

    private static final Map<Chart, List<Change>> OF_ONE = Map.of(
            Chart.ORDER_SERVICE,
            List.of(
                    change("durability.level", "replica"),
                    change("durability.timeout", "500ms"),
                    change("durability.replicas", "2"),
                    change("console.inventoryUrl", "https://inventory.example.com"),
                    change("ingress.enabled", "true"),
                    change("ingress.className", "nginx", "ingress: {enabled: true}"),
                    change("ingress.annotations", "{a: b}", "ingress: {enabled: true}"),
                    change("ingress.hosts", "[a.example.com, '*.example.org']", "ingress: {enabled: true}"),
                    change("ingress.tls", "[{secretName: tls, hosts: [a.example.com]}]", "ingress: {enabled: true}")),
            Chart.INVENTORY_SERVICE,
            List.of(
                    change("inventory.warehouses", "[berlin, paris]"),
                    change("inventory.lock.ttl", "1ms"),
                    change("inventory.retention", "30d"),
                    change("jobs.lease", "1m"),
                    change("jobs.maxAttempts", "3"),
                    change("jobs.workers", "2"),
                    change("stock.seed", "{'001': 100, shoe~42: 0}"),
                    change("keda.enabled", "true"),
                    change("keda.minReplicas", "1", "keda: {enabled: true}"),
                    change("keda.maxReplicas", "30", "keda: {enabled: true}"),
                    change("keda.targetDueJobs", "1000000", "keda: {enabled: true}"),
                    change("keda.pollingInterval", "5", "keda: {enabled: true}")));

    private static final Set<String> OF_SPRING_AND_DATADOG = Set.of(
            "DD_API_KEY",
            "DD_ENV",
            "DD_SERVICE",
            "DD_SITE",
            "DD_VERSION",
            "HOST_IP", // for $(HOST_IP) in the endpoint of traces
            "LOGGING_STRUCTURED_FORMAT_CONSOLE",
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "MANAGEMENT_SERVER_PORT",
            "MANAGEMENT_TRACING_SAMPLING_PROBABILITY",
            "SPRING_DATA_REDIS_CLUSTER_NODES",
            "SPRING_DATA_REDIS_DATABASE",
            "SPRING_DATA_REDIS_HOST",
            "SPRING_DATA_REDIS_PASSWORD",
            "SPRING_DATA_REDIS_PORT",
            "SPRING_DATA_REDIS_SENTINEL_MASTER",
            "SPRING_DATA_REDIS_SENTINEL_NODES",
            "SPRING_DATA_REDIS_SENTINEL_PASSWORD",
            "SPRING_DATA_REDIS_SENTINEL_USERNAME",
            "SPRING_DATA_REDIS_SSL_BUNDLE",
            "SPRING_DATA_REDIS_SSL_ENABLED",
            "SPRING_DATA_REDIS_USERNAME",
            "SPRING_SSL_BUNDLE_PEM_REDIS_KEYSTORE_CERTIFICATE",
            "SPRING_SSL_BUNDLE_PEM_REDIS_KEYSTORE_PRIVATEKEY",
            "SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE");

    private static final Set<String> OF_THE_HTTP_SIDE = Set.of(
            "MANAGEMENT_SERVER_ADDRESS",
            "SECURITY_CORSORIGINS",
            "SECURITY_KEYS_SHOP",
            "SECURITY_MODE",
            "SECURITY_REQUESTSPERSECOND",
            "SERVER_ADDRESS",
            "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_AUDIENCES",
            "SPRING_SECURITY_OAUTH2_RESOURCESERVER_JWT_ISSUERURI");

    private static final Map<Chart, Set<String>> OF_THE_DOMAIN = Map.of(
            Chart.ORDER_SERVICE,
            Set.of(
                    "CONSOLE_INVENTORYURL",
                    "ORDERS_DURABILITY",
                    "ORDERS_DURABILITYREPLICAS",
                    "ORDERS_DURABILITYTIMEOUT",
                    "ORDERS_GRACE"),
            Chart.INVENTORY_SERVICE,
            Set.of(
                    "INVENTORY_LOCK_TTL",
                    "INVENTORY_RETENTION",
                    "INVENTORY_WAREHOUSES",
                    "JOBS_LEASE",
                    "JOBS_MAXATTEMPTS",
                    "JOBS_WORKERS",
                    "ORDERS_GRACE"));

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("changes")
    void changesWhatIsMade(Chart chart, Change change) {
        String before = chart.renderText(change.given());
        String after = chart.renderText(change.given(), change.asValues());

        assertThat(after).isNotEqualTo(before);
        assertThat(new Manifest(after).objects())
                .isNotEmpty()
                .allSatisfy(EachValueTest::hasAValidName)
                .extracting(it -> it.getKind() + " " + it.getMetadata().getName())
                .doesNotHaveDuplicates();
    }

    private static void hasAValidName(HasMetadata object) {
        assertThat(object.getMetadata().getName()).matches("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
        assertThat(object.getMetadata().getLabels())
                .allSatisfy(
                        (name, value) -> assertThat(value).matches("([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?"));
    }

    @ParameterizedTest
    @EnumSource(Chart.class)
    void noValueIsLeftOut(Chart chart) throws IOException {
        assertThat(changes(chart).map(Change::path))
                .containsExactlyInAnyOrderElementsOf(leaves("", chart.defaultValues()));
    }

    @ParameterizedTest
    @EnumSource(Chart.class)
    void noVariableIsSetThatTheServicesDoNotKnow(Chart chart) {
        Set<String> set = new TreeSet<>();
        changes(chart)
                .filter(change -> !change.path().equals("extraEnv"))
                .map(change -> new Manifest(chart.renderText(change.given(), change.asValues())))
                .forEach(manifest -> set.addAll(manifest.environment().keySet()));

        Set<String> known = new TreeSet<>(OF_SPRING_AND_DATADOG);
        known.addAll(OF_THE_HTTP_SIDE);
        known.addAll(OF_THE_DOMAIN.get(chart));
        assertThat(set).isEqualTo(known);
    }

    static Stream<Object[]> changes() {
        return Stream.of(Chart.values()).flatMap(chart -> changes(chart).map(it -> new Object[] {chart, it}));
    }

    private static Stream<Change> changes(Chart chart) {
        return Stream.concat(OF_BOTH.stream(), OF_ONE.get(chart).stream());
    }

    private static TreeSet<String> leaves(String path, Object value) {
        TreeSet<String> leaves = new TreeSet<>();
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            map.forEach((key, inner) -> leaves.addAll(leaves(path.isEmpty() ? "" + key : path + "." + key, inner)));
        } else {
            leaves.add(path);
        }
        return leaves;
    }

    private static Change change(String path, String value, String... given) {
        return new Change(path, value, String.join("\n", given));
    }

    /**
     * @param path where the value is, such as {@code redis.url}
     * @param value another one than the default
     * @param given the other values that it takes for this one to mean something
     */
    record Change(String path, String value, String given) {

        String asValues() {
            String[] keys = path.split("\\.");
            return "{" + String.join(": {", keys) + ": " + value + "}".repeat(keys.length);
        }

        @Override
        public String toString() {
            return path + "=" + value;
        }
    }
}
