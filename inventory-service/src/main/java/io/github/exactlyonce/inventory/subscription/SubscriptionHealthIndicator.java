package io.github.exactlyonce.inventory.subscription;

import io.github.exactlyonce.inventory.warehouses.ServedWarehouses;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.stereotype.Component;

/** Part of readiness: this replica hears the channel. */
@Component
class SubscriptionHealthIndicator implements HealthIndicator {

    private final OrderSubscription subscription;
    private final ServedWarehouses served;

    SubscriptionHealthIndicator(OrderSubscription subscription, ServedWarehouses served) {
        this.subscription = subscription;
        this.served = served;
    }

    @Override
    public Health health() {
        if (!served.isListKnown()) {
            return Health.down()
                    .withDetail("reason", "the list of warehouses has not been read yet: whom to serve is not known")
                    .build();
        }
        return subscription.isProven()
                ? Health.up().build()
                : Health.down()
                        .withDetail("reason", "probes of the subscription do not come back; orders are still recovered")
                        .build();
    }
}
