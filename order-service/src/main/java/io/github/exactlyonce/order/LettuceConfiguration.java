package io.github.exactlyonce.order;

import io.lettuce.core.ClientOptions.DisconnectedBehavior;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslHandler;
import org.springframework.boot.data.redis.autoconfigure.ClientResourcesBuilderCustomizer;
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

    /**
     * All requests share a connection, and each would be a system call of ours and of Redis. What the connection's thread finds
     * written when it comes to it goes out in one; nobody waits for others.
     */
    @Bean
    ClientResourcesBuilderCustomizer whatIsWrittenAtOnceIsSentAtOnce() {
        return resources -> resources.nettyCustomizer(new NettyCustomizer() {
            @Override
            public void afterChannelInitialized(Channel channel) {
                ChannelHandler handler = new FlushConsolidationHandler(
                        FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true);
                ChannelHandlerContext tls = channel.pipeline().context(SslHandler.class);
                if (tls == null) {
                    channel.pipeline().addFirst(handler);
                } else { // in front of it, each command would be a record of its own
                    channel.pipeline().addAfter(tls.name(), null, handler);
                }
            }
        });
    }
}
