package io.github.exactlyonce.contracts.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

class SecurityPropertiesTest {

    private static final String HASH = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

    private final ApplicationContextRunner context =
            new ApplicationContextRunner().withUserConfiguration(Properties.class);

    @EnableConfigurationProperties(SecurityProperties.class)
    static class Properties {}

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
                            .containsOnly(Map.entry(
                                    HASH, new ApiKey("webshop", java.util.Set.of(Role.PLACE, Role.OPERATE), HASH)));
                });
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            security.mode=api-keys | there is no key: set one
            security.keys.shop=place:$ | security.mode is not api-keys
            security.mode=api-keys, security.keys.shop=$ | security.keys.shop must be roles, a colon and
            security.mode=api-keys, security.keys.shop=place:abc | security.keys.shop must be roles, a colon and
            security.mode=api-keys, security.keys.shop=place:$0 | security.keys.shop must be roles, a colon and
            security.mode=api-keys, security.keys.shop=admin:$ | has the role admin, and there are only read, place, operate
            security.mode=api-keys, security.keys.shop=place+:$ | has the role , and there are only
            security.mode=api-keys, security.keys.a=place:$, security.keys.b=read:$ | two of security.keys are the same key
            security.mode=api-keys, security.keys.web-shop=place:$ | a key's name must be 1 to 32 of a-z and 0-9, not web-shop
            security.requests-per-second=-1 | security.requests-per-second must be from 1 to 1000000, or 0
            security.requests-per-second=1000001 | security.requests-per-second must be from 1 to 1000000, or 0
            security.cors-origins=* | security.cors-origins must be such as https://shop.example, without a path, not *
            security.cors-origins=https://a.example/ | without a path, not https://a.example/
            """)
    void whatCannotBeMeantStopsTheStartWithASentence(String properties, String sentence) {
        context.withPropertyValues(properties.replace("$", HASH).split(", "))
                .run(failed -> assertThat(failed)
                        .getFailure()
                        .rootCause()
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessageContaining(sentence));
    }

    /** Somebody will set the key instead of its hash. */
    @Test
    void theSentenceDoesNotRepeatWhatMayBeAKey() {
        String key = ApiKey.generate(java.util.Set.of(Role.PLACE));

        context.withPropertyValues("security.mode=api-keys", "security.keys.shop=place:" + key)
                .run(failed -> assertThat(failed)
                        .getFailure()
                        .rootCause()
                        .message()
                        .contains("security.keys.shop")
                        .doesNotContain(key.substring(key.length() - 8)));
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
