package io.github.exactlyonce.contracts.security;

import org.springframework.core.env.Environment;

/** The setting {@value #PROPERTY}. */
enum SecurityMode {
    /** Whoever reaches the port. */
    NONE,

    /** Who shows a key whose hash is in {@code security.keys}. */
    API_KEYS,

    /** Who shows a JSON Web Token of the issuer, for the audience, in {@code spring.security.oauth2.resourceserver.jwt}. */
    JWT;

    static final String PROPERTY = "security.mode";

    /** What is not one is said when {@link SecurityProperties} are bound; until then it is not {@link #NONE}. */
    static boolean isNone(Environment environment) {
        String mode = environment.getProperty(PROPERTY, "").strip();
        return mode.isEmpty() || mode.equalsIgnoreCase(NONE.name());
    }
}
