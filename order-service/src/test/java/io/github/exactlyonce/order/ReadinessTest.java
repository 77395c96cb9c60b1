package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.order.OrdersClient.Answer;
import org.junit.jupiter.api.Test;

class ReadinessTest extends OrderServiceTest {

    @Test
    void aPolicyThatMayEvictADedupRecordIsNamed() {
        OBSERVED.commands().configSet("maxmemory-policy", "allkeys-lru");
        Answer evicting = client().get("/actuator/health/readiness");
        Answer liveness = client().get("/actuator/health/liveness");
        OBSERVED.commands().configSet("maxmemory-policy", "noeviction");
        Answer keeping = client().get("/actuator/health/readiness");

        assertThat(evicting.status()).isEqualTo(503);
        assertThat(evicting.json()
                        .at("/components/redisRequirements/details/reason")
                        .asString())
                .startsWith("maxmemory-policy is allkeys-lru")
                .endsWith("Set it to noeviction");
        assertThat(liveness.status()).isEqualTo(200);
        assertThat(liveness.text()).doesNotContain("redis");
        assertThat(keeping.status()).isEqualTo(200);
    }
}
