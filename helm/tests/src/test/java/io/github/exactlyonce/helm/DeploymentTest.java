package io.github.exactlyonce.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.IntOrString;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.PodTemplateSpec;
import io.fabric8.kubernetes.api.model.Probe;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.RollingUpdateDeployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyEgressRule;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicyPort;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class DeploymentTest {

    @ParameterizedTest
    @EnumSource(Chart.class)
    void hasThreeReplicasUnlessToldOtherwise(Chart chart) {
        assertThat(chart.render("").the(Deployment.class).getSpec().getReplicas())
                .isEqualTo(3);
        assertThat(chart.render("replicaCount: 5")
                        .the(Deployment.class)
                        .getSpec()
                        .getReplicas())
                .isEqualTo(5);
    }

    @ParameterizedTest
    @CsvSource({
        "ORDER_SERVICE, 'autoscaling: {enabled: true}'",
        "INVENTORY_SERVICE, 'autoscaling: {enabled: true}'",
        "INVENTORY_SERVICE, 'keda: {enabled: true}'"
    })
    void leavesTheReplicasToAnAutoscaler(Chart chart, String values) {
        Manifest manifest = chart.render(values);

        assertThat(manifest.the(Deployment.class).getSpec().getReplicas()).isNull();
        manifest.maybe(HorizontalPodAutoscaler.class)
                .ifPresent(it ->
                        assertThat(it.getSpec().getScaleTargetRef().getName()).isEqualTo(chart.fullname()));
        manifest.maybe(ScaledObject.class)
                .ifPresent(
                        it -> assertThat(it.getSpec().scaleTargetRef().name()).isEqualTo(chart.fullname()));
    }

    @ParameterizedTest
    @CsvSource({
        "https://id.example/realms/shop, 443",
        "http://id.example, 80",
        "https://id.example:8443/realms/shop, 8443"
    })
    void mayAskTheIssuerOfTokensForItsKeys(String issuer, int port) {
        for (Chart chart : Chart.values()) {
            assertMayReach(
                    port, chart, "security: {mode: jwt, jwt: {audience: orders, issuerUri: '%s'}}".formatted(issuer));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "http://inventory:3002, 3002",
        "https://gateway.example/inventory, 443",
        "http://gateway:8080/inventory, 8080"
    })
    void mayAskTheInventoryServiceForTheConsole(String url, int port) {
        assertMayReach(port, Chart.ORDER_SERVICE, "console: {inventoryUrl: '%s'}".formatted(url));
    }

    private static void assertMayReach(int port, Chart chart, String values) {
        NetworkPolicy policy = chart.render("{networkPolicy: {enabled: true}, %s}".formatted(values))
                .the(NetworkPolicy.class);

        assertThat(policy.getSpec().getEgress())
                .flatExtracting(NetworkPolicyEgressRule::getPorts)
                .extracting(NetworkPolicyPort::getPort)
                .contains(new IntOrString(port));
    }

    /** The port is the management port, which nothing but the probes is certain to reach. */
    @ParameterizedTest
    @EnumSource(Chart.class)
    void isProbedOnTheManagementPortAndLivesWithoutRedis(Chart chart) {
        Manifest manifest = chart.render("");
        Container container = manifest.serviceContainer();

        assertProbe(container.getStartupProbe(), "/actuator/health/liveness");
        assertProbe(container.getLivenessProbe(), "/actuator/health/liveness");
        assertProbe(container.getReadinessProbe(), "/actuator/health/readiness");
        assertThat(container.getPorts())
                .filteredOn(port -> port.getName().equals("management"))
                .singleElement()
                .satisfies(port -> assertThat(port.getContainerPort()).hasToString("8081"));
        assertThat(manifest.environment()).containsEntry("MANAGEMENT_SERVER_PORT", "8081");
    }

    private static void assertProbe(Probe probe, String path) {
        assertThat(probe.getHttpGet().getPath()).isEqualTo(path);
        assertThat(probe.getHttpGet().getPort()).isEqualTo(new IntOrString("management"));
        assertThat(probe.getTimeoutSeconds()).isGreaterThan(1);
    }

    @ParameterizedTest
    @CsvSource({"ORDER_SERVICE, 15", "INVENTORY_SERVICE, 30"})
    void losesNothingInARollingUpdate(Chart chart, int shutdownSeconds) {
        Deployment deployment = chart.render("").the(Deployment.class);
        RollingUpdateDeployment rolling = deployment.getSpec().getStrategy().getRollingUpdate();
        PodSpec pod = deployment.getSpec().getTemplate().getSpec();
        long preStop = pod.getContainers()
                .get(0)
                .getLifecycle()
                .getPreStop()
                .getSleep()
                .getSeconds();

        assertThat(rolling.getMaxUnavailable()).isEqualTo(new IntOrString(0));
        assertThat(rolling.getMaxSurge()).isEqualTo(new IntOrString(1));
        assertThat(preStop).isPositive();
        assertThat(pod.getTerminationGracePeriodSeconds()).isGreaterThan(preStop + shutdownSeconds);
    }

    /** Each rule of the "restricted" Pod Security Standard, for the pods of hooks too. */
    @ParameterizedTest
    @EnumSource(Chart.class)
    void runsWithTheLeastRights(Chart chart) {
        Manifest manifest = chart.render(
                chart == Chart.INVENTORY_SERVICE ? "stock: {seed: {'001': 100}}" : "redis: {tls: {enabled: false}}");

        assertThat(manifest.podSpecs()).hasSizeGreaterThan(1).allSatisfy(pod -> {
            assertThat(pod.getHostNetwork()).isNull();
            assertThat(pod.getHostPID()).isNull();
            assertThat(pod.getHostIPC()).isNull();
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getEnableServiceLinks()).isFalse();
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getRunAsUser()).isEqualTo(10001);
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getVolumes()).allMatch(it -> it.getEmptyDir() != null || it.getSecret() != null);
            assertThat(pod.getContainers()).allSatisfy(DeploymentTest::assertLeastRights);
        });
        assertThat(manifest.the(ServiceAccount.class).getAutomountServiceAccountToken())
                .isFalse();
        assertThat(manifest.serviceContainer().getVolumeMounts())
                .anyMatch(it -> it.getMountPath().equals("/tmp") && !Boolean.TRUE.equals(it.getReadOnly()));
    }

    private static void assertLeastRights(Container container) {
        SecurityContext rights = container.getSecurityContext();
        assertThat(rights.getPrivileged()).isNull();
        assertThat(rights.getAllowPrivilegeEscalation()).isFalse();
        assertThat(rights.getReadOnlyRootFilesystem()).isTrue();
        assertThat(rights.getCapabilities().getDrop()).containsExactly("ALL");
        assertThat(rights.getCapabilities().getAdd()).isEmpty();
        assertThat(rights.getProcMount()).isNull();
        assertThat(container.getPorts()).allMatch(port -> port.getHostPort() == null);
        assertThat(container.getResources().getRequests()).containsKeys("cpu", "memory");
        assertThat(container.getResources().getLimits()).containsOnlyKeys("memory");
    }

    /** OpenShift gives each namespace its own range of users, and refuses a pod that asks for another. */
    @ParameterizedTest
    @EnumSource(Chart.class)
    void leavesTheUserToOpenShift(Chart chart) {
        PodSpec pod = chart.render("podSecurityContext: {runAsUser: null, runAsGroup: null, fsGroup: null}")
                .servicePod();

        assertThat(pod.getSecurityContext().getRunAsUser()).isNull();
        assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(Chart.class)
    void rollsWhenTheSecretOfTheChartChanges(Chart chart) {
        String before = checksum(chart.render("redis: {password: one}"));

        assertThat(before).isNotNull().isEqualTo(checksum(chart.render("redis: {password: one}")));
        assertThat(before).isNotEqualTo(checksum(chart.render("redis: {password: two}")));
        assertThat(checksum(chart.render("redis: {existingSecret: mine}"))).isNull();
    }

    private static String checksum(Manifest manifest) {
        return annotations(manifest).get("checksum/secret");
    }

    private static Map<String, String> annotations(Manifest manifest) {
        return manifest.the(Deployment.class)
                .getSpec()
                .getTemplate()
                .getMetadata()
                .getAnnotations();
    }

    @ParameterizedTest
    @EnumSource(Chart.class)
    void selectsItsReplicasAndNoPodOfAHook(Chart chart) {
        Manifest manifest = chart.render(chart == Chart.INVENTORY_SERVICE ? "stock: {seed: {'001': 100}}" : "");
        Map<String, String> selector =
                manifest.the(Deployment.class).getSpec().getSelector().getMatchLabels();
        PodTemplateSpec pod = manifest.the(Deployment.class).getSpec().getTemplate();

        assertThat(pod.getMetadata().getLabels()).containsAllEntriesOf(selector);
        assertThat(manifest.the(Service.class).getSpec().getSelector()).isEqualTo(selector);
        assertThat(manifest.the(PodDisruptionBudget.class)
                        .getSpec()
                        .getSelector()
                        .getMatchLabels())
                .isEqualTo(selector);
        assertThat(pod.getSpec().getTopologySpreadConstraints())
                .allSatisfy(
                        it -> assertThat(it.getLabelSelector().getMatchLabels()).isEqualTo(selector));
        assertThat(manifest.objects().stream()
                        .map(it -> it.getMetadata())
                        .filter(it -> it.getAnnotations().containsKey("hook"))
                        .map(ObjectMeta::getLabels))
                .isNotEmpty()
                .noneMatch(labels -> labels.entrySet().containsAll(selector.entrySet()));
    }

    @ParameterizedTest
    @EnumSource(Chart.class)
    void carriesTheTagsOfDatadog(Chart chart) {
        Manifest manifest =
                chart.render("datadog: {enabled: true, env: prod, apiKeyExistingSecret: datadog}\nimage: {tag: 1.2.3}");
        Map<String, String> tags = Map.of(
                "tags.datadoghq.com/env", "prod",
                "tags.datadoghq.com/service", chart.chart,
                "tags.datadoghq.com/version", "1.2.3");

        assertThat(manifest.the(Deployment.class).getMetadata().getLabels()).containsAllEntriesOf(tags);
        assertThat(manifest.the(Deployment.class)
                        .getSpec()
                        .getTemplate()
                        .getMetadata()
                        .getLabels())
                .containsAllEntriesOf(tags);
        assertThat(manifest.environment())
                .containsEntry("DD_ENV", "prod")
                .containsEntry("DD_SERVICE", chart.chart)
                .containsEntry("DD_VERSION", "1.2.3")
                .containsEntry("DD_API_KEY", "datadog/api-key");
        assertThat(annotations(manifest))
                .containsEntry(
                        "ad.datadoghq.com/" + chart.chart + ".logs",
                        "[{\"service\":\"" + chart.chart + "\",\"source\":\"java\"}]");
        assertThat(chart.render("").environment()).doesNotContainKeys("DD_ENV", "DD_API_KEY");
    }

    @Test
    void asksTheReplicasForTheDueJobsAndTheWorldForNothing() {
        Manifest manifest = Chart.INVENTORY_SERVICE.render("keda: {enabled: true}\nservice: {type: LoadBalancer}");

        assertThat(manifest.the(ScaledObject.class).getSpec().triggers())
                .singleElement()
                .satisfies(trigger -> {
                    assertThat(trigger.type()).isEqualTo("metrics-api");
                    assertThat(trigger.metadata())
                            .containsEntry(
                                    "url",
                                    "http://inventory-inventory-service-management.shop:8081/actuator/metrics/inventory.jobs.due")
                            .containsEntry("valueLocation", "measurements.0.value")
                            .containsEntry("targetValue", "1000");
                });
        assertThat(manifest.all(Service.class))
                .filteredOn(it -> it.getSpec().getType().equals("LoadBalancer"))
                .singleElement()
                .satisfies(it -> assertThat(it.getSpec().getPorts())
                        .allMatch(port -> port.getTargetPort().equals(new IntOrString("http"))));
    }
}
