package io.github.exactlyonce.contracts.security;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NewApiKeyTest {

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @Test
    void theSettingThatIsPrintedLetsThePrintedKeyIn() {
        assertThat(run("--new-api-key", "shop", "place+operate")).isZero();

        Matcher key = Pattern.compile("eo_place_operate_[0-9a-f]{40}").matcher(out.toString());
        Matcher setting = Pattern.compile("SECURITY_KEYS_SHOP=(\\S+)").matcher(out.toString());
        assertThat(key.find()).isTrue();
        assertThat(setting.find()).isTrue();
        ApiKey known = ApiKey.of("shop", setting.group(1));
        assertThat(known.sha256()).isEqualTo(ApiKey.hash(key.group()));
        assertThat(known.roles()).containsExactlyInAnyOrder(Role.PLACE, Role.OPERATE);
        assertThat(err.size()).isZero();
    }

    @Test
    void noTwoAreTheSame() {
        run("--new-api-key", "shop", "place");
        String first = out.toString();
        out.reset();
        run("--new-api-key", "shop", "place");

        assertThat(out.toString()).isNotEqualTo(first);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "shop", "shop admin", "Shop place", "shop place read"})
    void whatIsNoNameOrRoleIsAnsweredWithTheUsage(String arguments) {
        assertThat(run(("--new-api-key " + arguments).strip().split(" "))).isEqualTo(2);

        assertThat(err.toString()).contains("Usage: java -jar <service>.jar --new-api-key <name> <role>");
        assertThat(out.size()).isZero();
    }

    @Test
    void otherArgumentsAreTheService() {
        assertThat(NewApiKey.isAskedFor()).isFalse();
        assertThat(NewApiKey.isAskedFor("--server.port=1", "--new-api-key")).isFalse();
        assertThat(NewApiKey.isAskedFor("--new-api-key")).isTrue();
    }

    private int run(String... arguments) {
        return NewApiKey.print(new PrintStream(out), new PrintStream(err), arguments);
    }
}
