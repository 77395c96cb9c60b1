package io.github.exactlyonce.helm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.LintResult;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.yaml.snakeyaml.Yaml;

class ChartFilesTest {

    /** Values whose text differs from service to service: names, ports, times. */
    private static final Set<String> DIFFERENT = Set.of("image", "service", "terminationGracePeriodSeconds");

    @ParameterizedTest
    @EnumSource(Chart.class)
    void passHelmsOwnStrictLint(Chart chart) {
        LintResult lint = new Helm(chart.directory()).lint().strict().call();

        assertThat(lint.isFailed()).as("%s", lint.getMessages()).isFalse();
    }

    @ParameterizedTest
    @EnumSource(Chart.class)
    void arePackedWithTheLibrary(Chart chart, @TempDir Path target) throws IOException {
        new Helm(chart.directory()).packageIt().withDestination(target).call();

        Path archive = target.resolve(chart.chart + "-" + chartYaml(chart).get("version") + ".tgz");
        String rendered = Helm.template(archive.toString())
                .withName(chart.release)
                .withNamespace(Chart.NAMESPACE)
                .withKubeVersion("1.33.0")
                .call();
        assertThat(rendered).isEqualTo(fromTheCheckout(chart));
    }

    private static String fromTheCheckout(Chart chart) {
        return new Helm(chart.directory())
                .template()
                .withName(chart.release)
                .withNamespace(Chart.NAMESPACE)
                .withKubeVersion("1.33.0")
                .call();
    }

    @Test
    void theLibraryIsWrittenOnce() throws IOException {
        try (Stream<Path> files = Files.walk(Chart.CHARTS)) {
            assertThat(files.filter(it -> it.getFileName().toString().startsWith("_deployment"))
                            .filter(it -> !it.startsWith(Chart.CHARTS.resolve("tests"))))
                    .singleElement()
                    .isEqualTo(Chart.CHARTS.resolve("service-library/templates/_deployment.tpl"));
        }
        for (Chart chart : Chart.values()) {
            assertThat(chart.directory().resolve("charts/service-library").toRealPath())
                    .isEqualTo(Chart.CHARTS.resolve("service-library").toRealPath());
        }
    }

    /** Templates of all charts of an umbrella are in one space of names: neither may take the other's port, say. */
    @Test
    void bothMayBePartsOfOneUmbrella(@TempDir Path umbrella) throws IOException {
        Files.writeString(umbrella.resolve("Chart.yaml"), "apiVersion: v2\nname: shop\nversion: 0.1.0\n");
        Files.createDirectories(umbrella.resolve("charts"));
        for (Chart chart : Chart.values()) {
            new Helm(chart.directory())
                    .packageIt()
                    .withDestination(umbrella.resolve("charts"))
                    .call();
        }
        Manifest manifest = new Manifest(new Helm(umbrella)
                .template()
                .withName("shop")
                .withKubeVersion("1.33.0")
                .set("order-service.replicaCount", 2)
                .set("inventory-service.stock.seed.001", 100)
                .call());

        assertThat(manifest.all(Deployment.class))
                .extracting(
                        it -> it.getMetadata().getName(),
                        it -> it.getSpec().getReplicas(),
                        it -> it.getSpec()
                                .getTemplate()
                                .getSpec()
                                .getContainers()
                                .get(0)
                                .getPorts()
                                .get(0)
                                .getContainerPort())
                .containsExactlyInAnyOrder(
                        tuple("shop-order-service", 2, 3001), tuple("shop-inventory-service", 3, 3002));
    }

    /**
     * A schema cannot refer to another file: Helm reads it without the folder that it is in. So the charts repeat what
     * they share, and this holds the copies together; the same goes for the values, which people read chart by chart.
     */
    @Test
    void whatBothSchemasNameTheySayAlike() throws IOException {
        Map<?, ?> orders = schema(Chart.ORDER_SERVICE);
        Map<?, ?> inventory = schema(Chart.INVENTORY_SERVICE);

        assertThat(orders.get("$defs")).isEqualTo(inventory.get("$defs"));
        Map<?, ?> ofOrders = (Map<?, ?>) orders.get("properties");
        Map<?, ?> ofInventory = (Map<?, ?>) inventory.get("properties");
        Set<Object> shared = new LinkedHashSet<>(ofOrders.keySet());
        shared.retainAll(ofInventory.keySet());
        assertThat(shared)
                .hasSizeGreaterThan(20)
                .allSatisfy(it -> assertThat(ofOrders.get(it)).as("%s", it).isEqualTo(ofInventory.get(it)));
    }

    private static Map<?, ?> schema(Chart chart) throws IOException {
        // JSON is YAML
        return new Yaml().load(Files.readString(chart.directory().resolve("values.schema.json")));
    }

    @Test
    void whatBothChartsValuesNameTheySayAlike() throws IOException {
        Map<String, String> orders = valuesWithComments(Chart.ORDER_SERVICE);
        Map<String, String> inventory = valuesWithComments(Chart.INVENTORY_SERVICE);

        Set<String> shared = new TreeSet<>(orders.keySet());
        shared.retainAll(inventory.keySet());
        shared.removeAll(DIFFERENT);
        assertThat(shared)
                .hasSizeGreaterThan(20)
                .allSatisfy(it -> assertThat(orders.get(it)).isEqualTo(inventory.get(it)));
    }

    /** The text of each value of the first level, with the comments in front of it. */
    private static Map<String, String> valuesWithComments(Chart chart) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        StringBuilder comments = new StringBuilder();
        String current = null;
        for (String line : Files.readAllLines(chart.directory().resolve("values.yaml"))) {
            if (line.startsWith("#")) {
                comments.append(line).append('\n');
            } else if (!line.isBlank() && !line.startsWith(" ")) {
                current = line.substring(0, line.indexOf(':'));
                values.put(current, comments + line + "\n");
                comments.setLength(0);
            } else if (!line.isBlank()) {
                values.merge(current, line + "\n", String::concat);
            }
        }
        return values;
    }

    @ParameterizedTest
    @EnumSource(Chart.class)
    void nameTheVersionThatThisBuildMakes(Chart chart) throws IOException {
        assertThat(chartYaml(chart).get("appVersion")).isEqualTo(System.getProperty("project.version"));
    }

    @SuppressWarnings("unchecked")
    private static Map<String, Object> chartYaml(Chart chart) throws IOException {
        return (Map<String, Object>)
                new Yaml().load(Files.readString(chart.directory().resolve("Chart.yaml")));
    }

    /** The preStop sleep is on by default since 1.30. */
    @ParameterizedTest
    @EnumSource(Chart.class)
    void areRefusedByAKubernetesWithoutThePreStopSleep(Chart chart) {
        assertThatThrownBy(() -> new Helm(chart.directory())
                        .template()
                        .withName(chart.release)
                        .withKubeVersion("1.29.14")
                        .call())
                .hasMessageContaining("incompatible with Kubernetes");
    }

    /** The other tests say little if what they read the manifests with lets mistakes through. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "{apiVersion: v1, kind: Service, spec: {port: []}}",
                "{apiVersion: apps/v1, kind: Deployment, spec: {template: {spec: {containers: [{name: a, imagePullPolice: Always}]}}}}",
                "{apiVersion: v1, kind: ServiceAccount, metadata: {label: {}}}",
                "{apiVersion: apps/v1, kind: Deployment, spec: {replicas: three}}",
                "{apiVersion: v1, kind: ServiceAccount, metadata: {name: a, name: b}}",
                "{apiVersion: keda.sh/v1alpha1, kind: ScaledObject, spec: {minReplicas: 1}}",
                "{apiVersion: v1, kind: Ingress}"
            })
    void mistakesInAManifestAreSeen(String manifest) {
        assertThatThrownBy(() -> new Manifest(manifest)).isInstanceOf(RuntimeException.class);
    }
}
