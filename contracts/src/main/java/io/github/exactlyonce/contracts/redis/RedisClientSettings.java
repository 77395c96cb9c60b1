package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.SocketOptions;
import io.lettuce.core.cluster.ClusterClientOptions;
import io.lettuce.core.cluster.ClusterTopologyRefreshOptions;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
import org.springframework.boot.data.redis.autoconfigure.LettuceClientOptionsBuilderCustomizer;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** How Lettuce behaves in both services when Redis goes away. Everything else is {@code spring.data.redis.*}. */
@Configuration(proxyBeanMethods = false)
public class RedisClientSettings {

    /** Lettuce's own pauses grow to 30 s: a service would stay deaf long after Redis is back. */
    @Bean
    ClientResourcesBuilderCustomizer quickReconnect() {
        return resources -> resources.reconnectDelay(
                Delay.fullJitter(Duration.ofMillis(50), Duration.ofSeconds(1), 50, TimeUnit.MILLISECONDS));
    }

    /**
     * Lettuce looks at a cluster again when a node redirects a command or cannot be reached: at once, and while that goes on each
     * second. Its own five would be five seconds more in which the orders of a shard that has failed over are refused.
     */
    @Bean
    LettuceClientOptionsBuilderCustomizer followTheCluster() {
        return options -> {
            if (options instanceof ClusterClientOptions.Builder cluster) {
                ClusterTopologyRefreshOptions configured = cluster.build().getTopologyRefreshOptions();
                ClusterTopologyRefreshOptions.Builder refresh = ClusterTopologyRefreshOptions.builder()
                        .dynamicRefreshSources(configured.useDynamicRefreshSources())
                        .adaptiveRefreshTriggersTimeout(Duration.ofSeconds(1))
                        .refreshTriggersReconnectAttempts(1);
                if (configured.isPeriodicRefreshEnabled()) {
                    refresh.enablePeriodicRefresh(configured.getRefreshPeriod());
                }
                cluster.topologyRefreshOptions(refresh.build());
            }
        };
    }

    /** Notices a peer that is gone without a word, such as a host that lost its power. */
    @Bean
    LettuceClientOptionsBuilderCustomizer keepAlive() {
        return options -> options.socketOptions(options.build()
                .getSocketOptions()
                .mutate()
                .keepAlive(SocketOptions.KeepAliveOptions.builder()
                        .enable()
                        .idle(Duration.ofSeconds(5))
                        .interval(Duration.ofSeconds(2))
                        .count(3)
                        .build())
                .build());
    }
}
