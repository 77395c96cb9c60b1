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
import io.fabric8.kubernetes.client.server.mock.EnableKubernetesMockClient;
import io.fabric8.kubernetes.client.server.mock.KubernetesMockServer;
import java.util.List;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Helm's own install against an API server in memory, which keeps objects and starts nothing. Helm keeps its record of the
 * release in memory too (see the POM), and forgets it: an upgrade or uninstall would not find it.
 */
@EnableKubernetesMockClient(crud = true, https = false)
class InstallTest {

    private static final List<Class<? extends HasMetadata>> TYPES =
            List.of(Deployment.class, PodDisruptionBudget.class, Secret.class, Service.class, ServiceAccount.class);

    private static final Logger ONE_LINE_PER_REQUEST = Logger.getLogger("io.fabric8.mockwebserver");

    KubernetesMockServer server;
    KubernetesClient client;

    @BeforeAll
    static void quiet() {
        ONE_LINE_PER_REQUEST.setLevel(Level.WARNING);
    }

    /** By which Helm learns what kinds there are; the server in memory does not tell by itself. */
    @BeforeEach
    void tellWhatThereIs() {
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
    void makesAllThatWasRendered(Chart chart) {
        Release release = new Helm(chart.directory())
                .install()
                .withName(chart.release)
                .withNamespace(Chart.NAMESPACE)
                .withKubeConfigContents(kubeconfig())
                .disableOpenApiValidation()
                .set("redis.password", "s3cret")
                .call();

        assertThat(release.getStatus()).isEqualTo("deployed");
        assertThat(release.getOutput()).contains("NOTES:", "helm test " + chart.release);
        assertThat(deployment(chart).getSpec().getReplicas()).isEqualTo(3);
        assertThat(TYPES)
                .allSatisfy(type -> assertThat(client.resources(type)
                                .inNamespace(Chart.NAMESPACE)
                                .list()
                                .getItems())
                        .hasSize(1));
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
