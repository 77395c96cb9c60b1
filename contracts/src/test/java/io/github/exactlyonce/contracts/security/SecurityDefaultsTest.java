package io.github.exactlyonce.contracts.security;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.SpringApplication;
import org.springframework.mock.env.MockEnvironment;

class SecurityDefaultsTest {

    private final MockEnvironment environment = new MockEnvironment();

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            server.port=3001                                                     | 127.0.0.1 |           | always
            security.mode=none                                                   | 127.0.0.1 |           | always
            security.mode= , server.port=3001                                    | 127.0.0.1 |           | always
            server.address=0.0.0.0                                               | 0.0.0.0   |           | always
            management.server.port=8081                                          | 127.0.0.1 | 127.0.0.1 | always
            management.server.port=8081, management.server.address=0.0.0.0       | 127.0.0.1 | 0.0.0.0   | always
            server.port=3001, management.server.port=3001                        | 127.0.0.1 |           | always
            security.mode=api-keys                                               |           |           | when-authorized
            security.mode=jwt, management.endpoint.health.show-details=never     |           |           | never
            security.mode=api-keys, management.server.port=8081                  |           | 127.0.0.1 | always
            """)
    void onlyWhoAsksForAKeyIsHeardBeyondItsMachine(
            String properties, String address, String managementAddress, String details) {
        for (String property : properties.split(", ")) {
            environment.setProperty(property.split("=")[0], property.split("=")[1]);
        }

        new SecurityDefaults().postProcessEnvironment(environment, new SpringApplication());

        assertThat(environment.getProperty("server.address")).isEqualTo(address);
        assertThat(environment.getProperty("management.server.address")).isEqualTo(managementAddress);
        assertThat(environment.getProperty("management.endpoint.health.show-details"))
                .isEqualTo(details);
    }
}
