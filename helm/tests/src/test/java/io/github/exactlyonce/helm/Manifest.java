package io.github.exactlyonce.helm;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.fabric8.kubernetes.api.model.batch.v1.Job;
import io.fabric8.kubernetes.api.model.networking.v1.Ingress;
import io.fabric8.kubernetes.api.model.networking.v1.NetworkPolicy;
import io.fabric8.kubernetes.api.model.policy.v1.PodDisruptionBudget;
import io.fabric8.openshift.api.model.monitoring.v1.PodMonitor;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;

/** Rendered YAML, read as the Kubernetes types; a field that a type does not have is an error, and so is a repeated key. */
final class Manifest {

    private static final Map<String, Class<? extends HasMetadata>> TYPES = Stream.of(
                    Deployment.class,
                    HorizontalPodAutoscaler.class,
                    Ingress.class,
                    Job.class,
                    NetworkPolicy.class,
                    Pod.class,
                    PodDisruptionBudget.class,
                    PodMonitor.class,
                    ScaledObject.class,
                    Secret.class,
                    Service.class,
                    ServiceAccount.class)
            .collect(Collectors.toMap(
                    type -> HasMetadata.getApiVersion(type) + " " + HasMetadata.getKind(type), type -> type));

    private static final ObjectMapper STRICT = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
            .annotationIntrospector(new JacksonAnnotationIntrospector() {
                private static final long serialVersionUID = 1;

                @Override
                public Boolean hasAnySetter(Annotated annotated) {
                    return false; // the types would keep what they do not know
                }
            })
            .build();

    private final List<HasMetadata> objects = new ArrayList<>();

    Manifest(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        for (Object document : new Yaml(options).loadAll(yaml)) {
            if (document != null) {
                objects.add(typed(document));
            }
        }
    }

    private static HasMetadata typed(Object document) {
        Map<?, ?> fields = (Map<?, ?>) document;
        String type = fields.get("apiVersion") + " " + fields.get("kind");
        if (!TYPES.containsKey(type)) {
            throw new IllegalArgumentException("no type is known for " + type);
        }
        return STRICT.convertValue(document, TYPES.get(type));
    }

    List<HasMetadata> objects() {
        return List.copyOf(objects);
    }

    <T extends HasMetadata> List<T> all(Class<T> type) {
        return objects.stream().filter(type::isInstance).map(type::cast).toList();
    }

    /** The only one of its type. */
    <T extends HasMetadata> T the(Class<T> type) {
        return maybe(type).orElseThrow(() -> new AssertionError("no " + type.getSimpleName() + " in " + objects));
    }

    <T extends HasMetadata> Optional<T> maybe(Class<T> type) {
        List<T> found = all(type);
        if (found.size() > 1) {
            throw new AssertionError("more than one " + type.getSimpleName() + " in " + objects);
        }
        return found.stream().findFirst();
    }

    /** All that would run as a pod: the service's, the test's and the job's. */
    List<PodSpec> podSpecs() {
        return Stream.of(
                        all(Deployment.class).stream()
                                .map(it -> it.getSpec().getTemplate().getSpec()),
                        all(Pod.class).stream().map(Pod::getSpec),
                        all(Job.class).stream()
                                .map(it -> it.getSpec().getTemplate().getSpec()))
                .flatMap(it -> it)
                .toList();
    }

    PodSpec servicePod() {
        return the(Deployment.class).getSpec().getTemplate().getSpec();
    }

    Container serviceContainer() {
        return servicePod().getContainers().get(0);
    }

    /** The service's environment: each variable's value, or {@code secret/key} of the Secret that it comes from. */
    Map<String, String> environment() {
        return serviceContainer().getEnv().stream()
                .collect(Collectors.toMap(EnvVar::getName, Manifest::valueOf, (first, second) -> {
                    throw new AssertionError("set twice: " + first + ", " + second);
                }));
    }

    private static String valueOf(EnvVar variable) {
        if (variable.getValueFrom() == null) {
            return variable.getValue();
        }
        return Optional.ofNullable(variable.getValueFrom().getSecretKeyRef())
                .map(it -> it.getName() + "/" + it.getKey())
                .orElseGet(() -> variable.getValueFrom().getFieldRef().getFieldPath());
    }
}
