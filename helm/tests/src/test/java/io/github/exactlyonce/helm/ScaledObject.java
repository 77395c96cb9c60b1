package io.github.exactlyonce.helm;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Map;

/** As much of KEDA's type as the chart may use, by its specification of the ScaledObject and of the metrics-api scaler. */
@Group("keda.sh")
@Version("v1alpha1")
class ScaledObject extends CustomResource<ScaledObject.Spec, Void> implements Namespaced {

    private static final long serialVersionUID = 1;

    record Spec(
            Target scaleTargetRef,
            int pollingInterval,
            int minReplicaCount,
            int maxReplicaCount,
            List<Trigger> triggers) {}

    record Target(String name) {}

    /** Metadata are text, whatever they mean. */
    record Trigger(String type, Map<String, String> metadata) {}
}
