package io.github.exactlyonce.testbed.bench.rivals;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.NettyCustomizer;
import io.netty.channel.Channel;
import io.netty.handler.flush.FlushConsolidationHandler;

/**
 * What has been written to a connection when its thread comes to it goes out in one system call. Our order service has this for the connection that its requests
 * share; a rival's commands share one too, whether they come from callbacks or from threads that wait for their answers.
 */
final class FlushedTogether {

    private FlushedTogether() {}

    static ClientResources resources() {
        return ClientResources.builder()
                .nettyCustomizer(new NettyCustomizer() {
                    @Override
                    public void afterChannelInitialized(Channel channel) {
                        channel.pipeline()
                                .addFirst(new FlushConsolidationHandler(
                                        FlushConsolidationHandler.DEFAULT_EXPLICIT_FLUSH_AFTER_FLUSHES, true));
                    }
                })
                .build();
    }
}
