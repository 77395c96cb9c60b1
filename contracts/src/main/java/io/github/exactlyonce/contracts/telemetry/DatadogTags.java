package io.github.exactlyonce.contracts.telemetry;

import io.micrometer.core.instrument.Tags;
import io.micrometer.datadog.DatadogMeterRegistry;
import org.springframework.boot.micrometer.metrics.autoconfigure.MeterRegistryCustomizer;
import org.springframework.core.env.Environment;

/**
 * Datadog's unified service tags on every metric that is sent there, and {@code replica}: Datadog gets the metrics from the
 * process and not from its agent, which would know. Prometheus, which scrapes each replica by itself, adds its own.
 */
public final class DatadogTags implements MeterRegistryCustomizer<DatadogMeterRegistry> {

    private final Tags tags;

    /** @param replica tells this process apart from the others of its service */
    public DatadogTags(Environment environment, String replica) {
        this.tags = Tags.of(
                "env", environment.getRequiredProperty("telemetry.env"),
                "service", environment.getRequiredProperty("telemetry.service"),
                "version", environment.getRequiredProperty("telemetry.version"),
                "replica", replica);
    }

    @Override
    public void customize(DatadogMeterRegistry registry) {
        registry.config().commonTags(tags);
    }
}
