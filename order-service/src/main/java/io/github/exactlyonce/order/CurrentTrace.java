package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.TraceParent;
import io.micrometer.tracing.Span;
import io.micrometer.tracing.TraceContext;
import io.micrometer.tracing.Tracer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.stereotype.Component;

/** The trace of the request that this thread answers, which its order continues. */
@Component
final class CurrentTrace {

    private final @Nullable Tracer tracer;

    CurrentTrace(ObjectProvider<Tracer> tracer) {
        this.tracer = tracer.getIfAvailable();
    }

    /** @return null if tracing is off */
    @Nullable
    TraceParent current() {
        Span span = tracer == null ? null : tracer.currentSpan();
        return span == null ? null : traceParent(span.context());
    }

    private static TraceParent traceParent(TraceContext context) {
        return new TraceParent(context.traceId(), context.spanId(), Boolean.TRUE.equals(context.sampled()));
    }
}
