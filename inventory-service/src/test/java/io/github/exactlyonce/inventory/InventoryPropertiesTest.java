package io.github.exactlyonce.inventory;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.validation.autoconfigure.ValidationAutoConfiguration;

class InventoryPropertiesTest {

    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(ValidationAutoConfiguration.class))
            .withUserConfiguration(Settings.class);

    @ParameterizedTest
    @ValueSource(strings = {"*", "main", "berlin,paris-2"})
    void warehousesAreAllOrAListOfNames(String warehouses) {
        runner.withPropertyValues("inventory.warehouses=" + warehouses)
                .run(context -> assertThat(context).hasNotFailed());
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "*,berlin", "Berlin", "berlin,-x", "a/b"})
    void whatIsNeitherIsRefusedAtTheStartInASentence(String warehouses) {
        runner.withPropertyValues("inventory.warehouses=" + warehouses)
                .run(context -> assertThat(context)
                        .getFailure()
                        .rootCause()
                        .hasMessageContaining("inventory.warehouses must be * for all of them, or a list of names"));
    }

    @EnableConfigurationProperties(InventoryProperties.class)
    static class Settings {}
}
