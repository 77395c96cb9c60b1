package io.github.exactlyonce.contracts.security;

import org.springframework.boot.actuate.autoconfigure.web.server.ManagementPortType;
import org.springframework.core.env.Environment;

/** Where health and meters are asked for. */
final class ManagementPort {

    private ManagementPort() {}

    /** Not that of the service. */
    static boolean isItsOwn(Environment environment) {
        return ManagementPortType.get(environment) == ManagementPortType.DIFFERENT;
    }

    /** Once the web server listens, and if it is its own. */
    static int of(Environment environment) {
        return environment.getRequiredProperty("local.management.port", Integer.class);
    }
}
