package io.github.exactlyonce.order;

import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Bounds what waits while Redis is away or hangs. */
@Configuration(proxyBeanMethods = false)
class LettuceConfiguration {

    /**
     * A request fails at once while there is no connection, rather than queueing for one. One command more than requests: a
     * batch of durable orders ends with a wait.
     */
    @Bean
    LettuceClientOptionsBuilderCustomizer nothingQueuesForAConnection(OrderProperties properties) {
        return options -> options.disconnectedBehavior(DisconnectedBehavior.REJECT_COMMANDS)
                .requestQueueSize(properties.maxInFlight() + 1);
    }
}
