package io.github.exactlyonce.contracts.security;

import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/**
 * @param mode who may ask: anyone, who has a key, or who has a token
 * @param keys by name: roles and SHA-256 of each key that is accepted; both services take the same
 * @param requestsPerSecond of each key, token's subject or, where nobody has one, address; 0 for as many as come
 * @param corsOrigins pages of other origins that may ask, such as {@code https://shop.example}
 * @param hosts names by which the service is asked, beside {@code localhost} and its addresses; if there are none, it answers to any, unless it
 *     asks for no key and listens to its own machine alone
 */
@ConfigurationProperties("security")
record SecurityProperties(
        @DefaultValue("none") SecurityMode mode,
        @DefaultValue Map<String, String> keys,
        @DefaultValue("0") int requestsPerSecond,
        @DefaultValue List<String> corsOrigins,
        @DefaultValue List<String> hosts) {

    private static final int MOST_REQUESTS = 1_000_000;
    private static final String NAME = "([a-z0-9._-]+|\\[[0-9a-f:.]+])"; // or address
    private static final Pattern HOST = Pattern.compile(NAME);
    private static final Pattern ORIGIN = Pattern.compile("https?://" + NAME + "(:\\d{1,5})?");
    private static final Pattern DEFAULT_PORT = Pattern.compile("^(?:(http://.*):80|(https://.*):443)$");

    SecurityProperties {
        require(
                requestsPerSecond >= 0 && requestsPerSecond <= MOST_REQUESTS,
                "security.requests-per-second must be from 1 to " + MOST_REQUESTS + ", or 0 for no limit, not "
                        + requestsPerSecond);
        corsOrigins =
                corsOrigins.stream().map(SecurityProperties::asBrowsersSay).toList();
        for (String origin : corsOrigins) {
            require(
                    ORIGIN.matcher(origin).matches(),
                    "security.cors-origins must be such as https://shop.example, without a path, not " + origin);
        }
        hosts = hosts.stream().map(SecurityProperties::lowerCase).toList();
        for (String host : hosts) {
            require(
                    HOST.matcher(host).matches(),
                    "security.hosts must be such as orders.internal, without a port, not " + host);
        }
        require(
                mode == SecurityMode.API_KEYS || keys.isEmpty(),
                "security.keys are set, and security.mode is not api-keys: they would protect nothing");
        require(
                mode != SecurityMode.API_KEYS || !keys.isEmpty(),
                "security.mode is api-keys, and there is no key: set one as security.keys.<name>, and --new-api-key makes one");
        byHash(keys);
    }

    /** @return by hash */
    Map<String, ApiKey> keysByHash() {
        return byHash(keys);
    }

    private static Map<String, ApiKey> byHash(Map<String, String> settings) {
        Map<String, ApiKey> keys = new HashMap<>();
        settings.forEach((name, setting) -> {
            ApiKey key = ApiKey.of(name, setting);
            ApiKey same = keys.put(key.sha256(), key);
            require(same == null, "two of security.keys are the same key, and one of them is " + name);
        });
        return keys;
    }

    private static String asBrowsersSay(String origin) {
        return DEFAULT_PORT.matcher(lowerCase(origin)).replaceFirst("$1$2");
    }

    private static String lowerCase(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
