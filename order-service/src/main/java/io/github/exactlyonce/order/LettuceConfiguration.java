package io.github.exactlyonce.order;

import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Bounds what Lettuce leaves open: what waits while Redis is away, and how long until it is looked for again. */
@Configuration(proxyBeanMethods = false)
class LettuceConfiguration {

    /** A request fails at once while there is no connection, rather than queueing for one. */
    @Bean
    LettuceClientOptionsBuilderCustomizer nothingQueuesForAConnection(OrderProperties properties) {
        return options -> options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(properties.maxInFlight());
    }

    /** Lettuce's own delay grows to 30 s, for which a Redis that is back would still be refused. */
    @Bean
    ClientResourcesBuilderCustomizer reconnectsSoon(OrderProperties properties) {
        return resources -> resources.reconnectDelay(
                Delay.exponential(Duration.ZERO, properties.reconnectDelay(), 2, TimeUnit.MILLISECONDS));
    }
}
