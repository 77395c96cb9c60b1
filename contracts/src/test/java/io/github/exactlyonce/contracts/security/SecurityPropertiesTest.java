package io.github.exactlyonce.contracts.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.context.properties.ConfigurationPropertiesBindHandlerAdvisor;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;

@ExtendWith(OutputCaptureExtension.class)
class SecurityPropertiesTest {

    private static final String HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private final ApplicationContextRunner context =
            new ApplicationContextRunner().withUserConfiguration(Properties.class);

    @EnableConfigurationProperties(SecurityProperties.class)
    static class Properties {

        @Bean
        static ConfigurationPropertiesBindHandlerAdvisor namelessKey() {
            return HttpDoor.namelessKey();
        }
    }

    @Test
    void nobodyIsAskedUnlessSomebodySaysSo() {
        context.run(started -> assertThat(started.getBean(SecurityProperties.class))
                .isEqualTo(new SecurityProperties(SecurityMode.NONE, Map.of(), 0, List.of(), List.of())));
    }

    @Test
    void keysComeFromTheEnvironmentAsWellAsFromFiles() {
        context.withInitializer(started -> started.getEnvironment()
                        .getPropertySources()
                        .addFirst(new org.springframework.core.env.SystemEnvironmentPropertySource(
                                "systemEnvironment",
                                Map.of(
                                        "SECURITY_MODE",
                                        "api-keys",
                                        "SECURITY_KEYS_WEBSHOP",
                                        "place+operate:" + HASH.toUpperCase(),
                                        "SECURITY_REQUESTSPERSECOND",
                                        "50"))))
                .run(started -> {
                    SecurityProperties security = started.getBean(SecurityProperties.class);
                    assertThat(security.mode()).isEqualTo(SecurityMode.API_KEYS);
                    assertThat(security.requestsPerSecond()).isEqualTo(50);
                    assertThat(security.keysByHash())
                            .containsOnly(
                                    Map.entry(HASH, new ApiKey("webshop", Set.of(Role.PLACE, Role.OPERATE), HASH)));
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            security.mode=api-keys | there is no key: set one
            security.keys.shop=place:$ | security.mode is not api-keys
            security.mode=api-keys, security.keys.shop=$ | security.keys.shop must be roles, a colon and
            security.mode=api-keys, security.keys.shop=place:abc | security.keys.shop must be roles, a colon and
            security.mode=api-keys, security.keys.shop=place:$0 | security.keys.shop must be roles, a colon and
            security.mode=api-keys, security.keys.shop=admin:$ | security.keys.shop has a role that there is not: there are only read, place, operate
            security.mode=api-keys, security.keys.shop=place+:$ | security.keys.shop has a role that there is not
            security.mode=api-keys, security.keys.a=place:$, security.keys.b=read:$ | two of security.keys are the same key
            security.mode=api-keys, security.keys.web-shop=place:$ | a key's name must be 1 to 32 of a-z and 0-9, not web-shop
            security.mode=api-keys, security.keys=place:$ | security.keys is set, and each key needs a name
            security.mode=api-keys, security.keys=place:$, security.keys.a=read:$ | security.keys is set, and each key needs a name
            security.requests-per-second=-1 | security.requests-per-second must be from 1 to 1000000, or 0
            security.requests-per-second=1000001 | security.requests-per-second must be from 1 to 1000000, or 0
            security.cors-origins=* | security.cors-origins must be such as https://shop.example, without a path, not *
            security.cors-origins=https://a.example/ | without a path, not https://a.example/
            security.cors-origins=https://a.example:port | without a path, not https://a.example:port
            security.hosts=orders.internal:3001 | security.hosts must be such as orders.internal, without a port, not orders.internal:3001
            security.hosts=http://orders.internal | security.hosts must be such as orders.internal, without a port, not http://orders.internal
            security.hosts=* | security.hosts must be such as orders.internal, without a port, not *
            """)
    void whatCannotBeMeantStopsTheStartWithASentence(String properties, String sentence) {
        context.withPropertyValues(properties.replace("$", HASH).split(", "))
                .run(failed -> assertThat(failed)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(sentence));
    }

    /** Somebody will set the key instead of its hash, or of its name, or forget the name. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "security.keys.shop=place:KEY",
                "security.keys.shop=KEY",
                "security.keys.KEY=place",
                "security.keys=KEY",
                "security.keys=place:KEY",
                "security.keys.shop=thepassword:" + HASH
            })
    void whatMayBeAKeyIsNotSaidAtTheStart(String property, CapturedOutput output) {
        String key = ApiKey.generate(Set.of(Role.PLACE));
        SpringApplication service = new SpringApplication(Properties.class);
        service.setWebApplicationType(WebApplicationType.NONE);

        assertThatThrownBy(() -> service.run("--security.mode=api-keys", "--" + property.replace("KEY", key)))
                .isNotNull();
        String end = "all is said of " + UUID.randomUUID(); // lines are written by another thread
        LoggerFactory.getLogger(SecurityPropertiesTest.class).info(end);
        await().atMost(Duration.ofSeconds(10)).until(() -> output.getAll().contains(end));
        assertThat(output.getAll())
                .contains("APPLICATION FAILED TO START", "key")
                .doesNotContain(key.substring(key.length() - 8), "thepassword", HASH);
    }

    @Test
    void namesAreComparedAsBrowsersSayThem() {
        context.withPropertyValues(
                        "security.cors-origins=HTTPS://Shop.example,https://a.example:443,http://b.example:80,http://c.example:8080",
                        "security.hosts=Orders.internal,[FD00::1]")
                .run(started -> {
                    SecurityProperties security = started.getBean(SecurityProperties.class);
                    assertThat(security.corsOrigins())
                            .containsExactly(
                                    "https://shop.example",
                                    "https://a.example",
                                    "http://b.example",
                                    "http://c.example:8080");
                    assertThat(security.hosts()).containsExactly("orders.internal", "[fd00::1]");
                });
    }

    @Test
    void anUnknownModeStopsTheStart() {
        context.withPropertyValues("security.mode=off")
                .run(failed -> assertThat(failed)
                        .getFailure()
                        .hasRootCauseMessage(
                                "No enum constant io.github.exactlyonce.contracts.security.SecurityMode.off"));
    }
}
