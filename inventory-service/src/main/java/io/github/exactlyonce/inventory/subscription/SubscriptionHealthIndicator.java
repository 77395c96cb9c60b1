package io.github.exactlyonce.inventory.subscription;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Part of readiness: this replica hears the channel. */
@Component
class SubscriptionHealthIndicator implements HealthIndicator {

    private final OrderSubscription subscription;

    SubscriptionHealthIndicator(OrderSubscription subscription) {
        this.subscription = subscription;
    }

    @Override
    public Health health() {
        return subscription.isProven()
                ? Health.up().build()
                : Health.down()
                        .withDetail("reason", "probes of the subscription do not come back; orders are still recovered")
                        .build();
    }
}
