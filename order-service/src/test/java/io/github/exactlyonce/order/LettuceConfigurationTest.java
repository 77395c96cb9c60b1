package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.netty.channel.ChannelHandler;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.handler.flush.FlushConsolidationHandler;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslHandler;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LettuceConfigurationTest {

    @Test
    void flushesArePutTogetherOnEveryConnection() {
        assertThat(handlers(new EmbeddedChannel())).hasExactlyElementsOfTypes(FlushConsolidationHandler.class);
    }

    /** Or every command would be a record of its own. */
    @Test
    void withTlsTheyArePutTogetherBeforeTheyAreEncrypted() throws Exception {
        SslContext tls = SslContextBuilder.forClient().build();
        EmbeddedChannel channel = new EmbeddedChannel();
        channel.pipeline().addLast(tls.newHandler(channel.alloc()));

        // What is written goes from the last handler to the first.
        assertThat(handlers(channel)).hasExactlyElementsOfTypes(SslHandler.class, FlushConsolidationHandler.class);
    }

    private static Iterable<ChannelHandler> handlers(EmbeddedChannel channel) {
        ClientResources.Builder builder = DefaultClientResources.builder();
        new LettuceConfiguration().whatIsWrittenAtOnceIsSentAtOnce().customize(builder);
        ClientResources resources = builder.build();
        try {
            resources.nettyCustomizer().afterChannelInitialized(channel);
        } finally {
            resources.shutdown();
        }
        return channel.pipeline().toMap().entrySet().stream()
                .map(Map.Entry::getValue)
                .filter(handler -> handler instanceof SslHandler || handler instanceof FlushConsolidationHandler)
                .toList();
    }
}
