package io.github.exactlyonce.helm;

import static org.assertj.core.api.Assertions.assertThat;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.Release;
import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.APIGroupBuilder;
import io.fabric8.kubernetes.api.model.APIGroupListBuilder;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceBuilder;
import io.fabric8.kubernetes.api.model.APIResourceListBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMixedDispatcher;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import io.fabric8.mockwebserver.Context;
import io.fabric8.mockwebserver.MockWebServer;
import io.fabric8.mockwebserver.ServerRequest;
import io.fabric8.mockwebserver.ServerResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Helm's own install, upgrade and uninstall, against an API server in memory, which keeps objects and starts nothing. */
class InstallTest {

    private static final List<Class<? extends HasMetadata>> TYPES =
            List.of(Deployment.class, PodDisruptionBudget.class, Secret.class, Service.class, ServiceAccount.class);

    private static final Logger ONE_LINE_PER_REQUEST = Logger.getLogger("io.fabric8.mockwebserver");

    private KubernetesMockServer server;
    private KubernetesClient client;

    @BeforeAll
    static void quiet() {
        ONE_LINE_PER_REQUEST.setLevel(Level.WARNING);
    }

    @BeforeEach
    void start() {
        Map<ServerRequest, Queue<ServerResponse>> told = new HashMap<>();
        server = new KubernetesMockServer(
                new Context(),
                new MockWebServer(),
                told,
                new ReleaseRecords(new KubernetesMixedDispatcher(told)),
                false);
        server.init();
        client = server.createClient();
        tellWhatKindsThereAre();
    }

    @AfterEach
    void stop() {
        client.close();
        server.destroy();
    }

    private void tellWhatKindsThereAre() {
        expect("/version", Map.of("major", "1", "minor", "33", "gitVersion", "v1.33.0"));
        expect("/api", Map.of("kind", "APIVersions", "versions", List.of("v1")));
        expect("/api/v1", resources("v1"));
        expect(
                "/apis",
                new APIGroupListBuilder()
                        .withGroups(List.of(group("apps"), group("policy")))
                        .build());
        expect("/apis/apps/v1", resources("apps/v1"));
        expect("/apis/policy/v1", resources("policy/v1"));
    }

    private void expect(String path, Object answer) {
        server.expect()
                .get()
                .withPath(path + "?timeout=32s")
                .andReturn(200, answer)
                .always(); // as Helm asks
    }

    private static APIGroup group(String name) {
        return new APIGroupBuilder()
                .withName(name)
                .addNewVersion()
                .withGroupVersion(name + "/v1")
                .withVersion("v1")
                .endVersion()
                .withNewPreferredVersion()
                .withGroupVersion(name + "/v1")
                .withVersion("v1")
                .endPreferredVersion()
                .build();
    }

    private static Object resources(String version) {
        List<APIResource> resources = TYPES.stream()
                .filter(type -> HasMetadata.getApiVersion(type).equals(version))
                .map(type -> new APIResourceBuilder()
                        .withName(HasMetadata.getPlural(type))
                        .withSingularName(HasMetadata.getSingular(type))
                        .withKind(HasMetadata.getKind(type))
                        .withNamespaced(true)
                        .withVerbs("create", "delete", "get", "list", "patch", "update", "watch")
                        .build())
                .toList();
        return new APIResourceListBuilder()
                .withGroupVersion(version)
                .withResources(resources)
                .build();
    }

    @ParameterizedTest
    @EnumSource(Chart.class)
    void installUpgradeAndUninstall(Chart chart) {
        Release installed = new Helm(chart.directory())
                .install()
                .withName(chart.release)
                .withNamespace(Chart.NAMESPACE)
                .withKubeConfigContents(kubeconfig())
                .disableOpenApiValidation()
                .call();
        assertThat(installed.getStatus()).isEqualTo("deployed");
        assertThat(installed.getOutput()).contains("NOTES:", "helm test " + chart.release);
        assertThat(deployment(chart).getSpec().getReplicas()).isEqualTo(3);
        assertThat(there(Service.class)).hasSize(1);
        assertThat(there(PodDisruptionBudget.class)).hasSize(1);
        assertThat(there(ServiceAccount.class)).hasSize(1);

        Release upgraded = new Helm(chart.directory())
                .upgrade()
                .force() // by PUT: the server in memory knows no strategic merge patch
                .withName(chart.release)
                .withNamespace(Chart.NAMESPACE)
                .withKubeConfigContents(kubeconfig())
                .disableOpenApiValidation()
                .set("replicaCount", 5)
                .set("redis.password", "s3cret")
                .call();
        assertThat(upgraded.getRevision()).isEqualTo("2");
        assertThat(deployment(chart).getSpec().getReplicas()).isEqualTo(5);
        assertThat(there(Secret.class)).anyMatch(it -> it.getData().containsKey("redis-password"));

        Helm.uninstall(chart.release)
                .withNamespace(Chart.NAMESPACE)
                .withKubeConfigContents(kubeconfig())
                .call();
        assertThat(TYPES).allSatisfy(type -> assertThat(there(type)).isEmpty());
    }

    private <T extends HasMetadata> List<T> there(Class<T> type) {
        return client.resources(type).inNamespace(Chart.NAMESPACE).list().getItems();
    }

    private Deployment deployment(Chart chart) {
        return client.apps()
                .deployments()
                .inNamespace(Chart.NAMESPACE)
                .withName(chart.fullname())
                .get();
    }

    private String kubeconfig() {
        return """
                apiVersion: v1
                kind: Config
                current-context: memory
                contexts: [{name: memory, context: {cluster: memory, user: nobody, namespace: shop}}]
                clusters: [{name: memory, cluster: {server: "http://127.0.0.1:%d"}}]
                users: [{name: nobody, user: {}}]
                """.formatted(server.getPort());
    }
}
