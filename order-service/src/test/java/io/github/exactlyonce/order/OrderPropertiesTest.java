package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.util.unit.DataSize;

class OrderPropertiesTest {

    private final ApplicationContextRunner context =
            new ApplicationContextRunner().withUserConfiguration(Properties.class);

    @EnableConfigurationProperties(OrderProperties.class)
    static class Properties {}

    @Test
    void everyPropertyHasADefault() {
        context.run(started -> assertThat(started.getBean(OrderProperties.class))
                .isEqualTo(new OrderProperties(
                        Duration.ofSeconds(2),
                        DataSize.ofKilobytes(64),
                        10_000,
                        Duration.ofMillis(500),
                        Durability.MEMORY,
                        Duration.ofSeconds(2),
                        1)));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    orders.grace=0s            | orders.grace must be from 1 ms to 86400 s, not PT0S
                    orders.grace=2d            | orders.grace must be from 1 ms to 86400 s, not PT48H
                    orders.max-body-size=1B    | orders.max-body-size must be from 1024B to 1048576B, not 1B
                    orders.max-body-size=1GB   | orders.max-body-size must be from 1024B to 1048576B, not 1073741824B
                    orders.max-in-flight=0     | orders.max-in-flight must be from 1 to 1000000, not 0
                    orders.connect-retry=-1s   | orders.connect-retry must be from 1 ms to 5 s, not PT-1S
                    orders.durability-timeout=0s   | orders.durability-timeout must be from 1 ms to 5 s, not PT0S
                    orders.durability-timeout=6s   | orders.durability-timeout must be from 1 ms to 5 s, not PT6S
                    orders.durability-replicas=0   | orders.durability-replicas must be from 1 to 100, not 0
                    orders.durability-replicas=101 | orders.durability-replicas must be from 1 to 100, not 101
                    """)
    void aValueOutOfItsRangeStopsTheStartWithASentence(String property, String sentence) {
        context.withPropertyValues(property)
                .run(failed -> assertThat(failed).getFailure().hasRootCauseMessage(sentence));
    }
}
