package io.github.exactlyonce.contracts.telemetry;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.boot.context.annotation.ImportCandidates;
import org.springframework.mock.env.MockEnvironment;

/** On the auto-configurations that are really there, so that a renamed one is noticed. */
class TelemetryFilterTest {

    private static final String DATADOG =
            "org.springframework.boot.micrometer.metrics.autoconfigure.export.datadog.DatadogMetricsExportAutoConfiguration";
    private static final String[] TRACING = {
        "org.springframework.boot.opentelemetry.autoconfigure.OpenTelemetrySdkAutoConfiguration",
        "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.OpenTelemetryTracingAutoConfiguration",
        "org.springframework.boot.micrometer.tracing.opentelemetry.autoconfigure.otlp.OtlpTracingAutoConfiguration",
        "org.springframework.boot.micrometer.tracing.autoconfigure.MicrometerTracingAutoConfiguration",
    };

    private final MockEnvironment environment = new MockEnvironment();

    @Test
    void whatHasNowhereToGoIsLeftOutAndNothingElse() {
        environment.setProperty(TelemetryFilter.API_KEY, "");

        assertThat(leftOut())
                .contains(DATADOG)
                .contains(TRACING)
                .allMatch(name -> name.matches(".*(datadog|tracing|opentelemetry).*"));
    }

    @Test
    void anApiKeyBringsTheMetrics() {
        environment.setProperty(TelemetryFilter.API_KEY, "key");

        assertThat(leftOut()).doesNotContain(DATADOG).contains(TRACING);
    }

    @Test
    void anEndpointBringsTheTraces() {
        environment.setProperty(TelemetryFilter.OTLP_ENDPOINT, "http://localhost:4318/v1/traces");

        assertThat(leftOut()).containsExactly(DATADOG);
    }

    private List<String> leftOut() {
        TelemetryFilter filter = new TelemetryFilter();
        filter.setEnvironment(environment);
        String[] all = autoConfigurations().toArray(String[]::new);
        boolean[] kept = filter.match(all, null);
        return IntStream.range(0, all.length)
                .filter(i -> !kept[i])
                .mapToObj(i -> all[i])
                .toList();
    }

    private static Stream<String> autoConfigurations() {
        ImportCandidates candidates =
                ImportCandidates.load(AutoConfiguration.class, SpringBootApplication.class.getClassLoader());
        return StreamSupport.stream(candidates.spliterator(), false);
    }
}
