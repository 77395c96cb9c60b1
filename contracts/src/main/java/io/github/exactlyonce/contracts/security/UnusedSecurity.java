package io.github.exactlyonce.contracts.security;

import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.autoconfigure.AutoConfigurationImportFilter;
import org.springframework.boot.autoconfigure.AutoConfigurationMetadata;
import org.springframework.context.EnvironmentAware;
import org.springframework.core.env.Environment;

/**
 * Leaves out Boot's configuration of Spring Security where nobody is asked who they are: it would make a user, and log a password for it.
 *
 * <p>Registered in {@code META-INF/spring.factories}.
 */
public final class UnusedSecurity implements AutoConfigurationImportFilter, EnvironmentAware {

    private static final String SECURITY = "org.springframework.boot.security.";

    private @Nullable Environment environment;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public boolean[] match(@Nullable String[] autoConfigurations, @Nullable AutoConfigurationMetadata metadata) {
        boolean used = !SecurityMode.isNone(Objects.requireNonNull(environment));
        boolean[] kept = new boolean[autoConfigurations.length];
        for (int i = 0; i < kept.length; i++) {
            String name = autoConfigurations[i]; // null if another filter left it out
            kept[i] = name != null && (used || !name.startsWith(SECURITY));
        }
        return kept;
    }
}
