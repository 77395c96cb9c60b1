package io.github.exactlyonce.contracts.telemetry;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;
import org.springframework.util.StringUtils;

/**
 * Leaves out Boot's configuration of what has nowhere to go: Datadog's metrics without an API key, with which Boot would refuse to start,
 * and tracing without an OTLP endpoint, for which Boot would make spans and drop them.
 *
 * <p>Registered in {@code META-INF/spring.factories}.
 */
public final class TelemetryFilter implements AutoConfigurationImportFilter, EnvironmentAware {

    static final String API_KEY = "management.datadog.metrics.export.api-key";
    static final String OTLP_ENDPOINT = "management.opentelemetry.tracing.export.otlp.endpoint";

    private static final String BOOT = "org.springframework.boot.";

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurations, @Nullable AutoConfigurationMetadata metadata) {
        boolean metricsToDatadog = isSet(API_KEY);
        boolean traces = isSet(OTLP_ENDPOINT);
        boolean[] kept = new boolean[autoConfigurations.length];
        for (int i = 0; i < kept.length; i++) {
            String name = autoConfigurations[i]; // null if another filter left it out
            kept[i] = name != null
                    && (metricsToDatadog || !name.startsWith(BOOT + "micrometer.metrics.autoconfigure.export.datadog."))
                    && (traces || !isTracing(name));
        }
        return kept;
    }

    private static boolean isTracing(String name) {
        return name.startsWith(BOOT + "micrometer.tracing.") || name.startsWith(BOOT + "opentelemetry.");
    }

    private boolean isSet(String property) {
        return StringUtils.hasText(Objects.requireNonNull(environment).getProperty(property));
    }
}
