package io.github.exactlyonce.contracts.telemetry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.datadog.DatadogProperties;

class DatadogAddressTest {

    private static final String KEY = "0123456789abcdef";

    @Test
    void whiteSpaceAsASecretLeavesItIsTakenOff() {
        DatadogProperties properties = read(KEY + "\n", "https://api. datadoghq.eu\n");

        assertThat(properties.getApiKey()).isEqualTo(KEY);
        assertThat(properties.getUri()).isEqualTo("https://api.datadoghq.eu");
    }

    @Test
    void aKeyThatIsNoneMakesAUrlAllTheSame() {
        assertThat(read("#1 \n{", "https://api.datadoghq.com").getApiKey()).isEqualTo("%231+%0A%7B");
    }

    @ParameterizedTest
    @ValueSource(strings = {"https://api.", "https://api.%zz", "datadoghq.eu"})
    void anAddressThatIsNoneIsRefusedWithoutTheKey(String uri) {
        assertThatExceptionOfType(InvalidConfigurationPropertyValueException.class)
                .isThrownBy(() -> read(KEY, uri))
                .satisfies(refusal -> assertThat(refusal.getValue()).isEqualTo(uri))
                .satisfies(refusal -> assertThat(refusal.getReason()).contains("DD_SITE"))
                .withMessageNotContaining(KEY);
    }

    private static DatadogProperties read(String apiKey, String uri) {
        DatadogProperties properties = new DatadogProperties();
        properties.setApiKey(apiKey);
        properties.setUri(uri);
        return (DatadogProperties) new DatadogAddress().postProcessAfterInitialization(properties, "datadog");
    }
}
