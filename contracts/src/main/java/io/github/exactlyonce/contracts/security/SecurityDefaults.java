package io.github.exactlyonce.contracts.security;

import java.util.HashMap;
import java.util.Map;
import org.springframework.boot.EnvironmentPostProcessor;
import org.springframework.boot.SpringApplication;
import org.springframework.core.Ordered;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.MapPropertySource;

/**
 * What is so unless somebody says otherwise: a service that asks nobody who they are is heard by its own machine alone, and so is a
 * management port of its own, which never asks. Whoever shares the port of a service that asks is told whether it is healthy, and with a key
 * why not.
 *
 * <p>Registered in {@code META-INF/spring.factories}.
 */
public final class SecurityDefaults implements EnvironmentPostProcessor, Ordered {

    static final String ADDRESS = "server.address";

    private static final String LOOPBACK = "127.0.0.1";
    private static final String HEALTH_DETAILS = "management.endpoint.health.show-details";
    private static final String MANAGEMENT_ADDRESS = "management.server.address";

    /** After the files are read. */
    @Override
    public int getOrder() {
        return LOWEST_PRECEDENCE;
    }

    @Override
    public void postProcessEnvironment(ConfigurableEnvironment environment, SpringApplication application) {
        Map<String, Object> defaults = new HashMap<>();
        boolean none = SecurityMode.isNone(environment);
        if (none) {
            defaults.put(ADDRESS, LOOPBACK);
        }
        boolean managementIsApart = ManagementPort.isItsOwn(environment);
        if (managementIsApart) {
            defaults.put(MANAGEMENT_ADDRESS, LOOPBACK);
        }
        defaults.put(HEALTH_DETAILS, none || managementIsApart ? "always" : "when-authorized");
        environment.getPropertySources().addLast(new MapPropertySource("securityDefaults", defaults));
    }
}
