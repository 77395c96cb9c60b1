package io.github.exactlyonce.contracts.telemetry;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URI;
import java.net.URLEncoder;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.context.properties.source.InvalidConfigurationPropertyValueException;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.datadog.DatadogProperties;

/**
 * Takes the white space off the API key and the address, as files and Secrets leave it, and refuses an address that is none.
 * The registry puts the key into the URL of each request; were that no URL, it would be logged with the key, once a minute.
 */
public final class DatadogAddress implements BeanPostProcessor {

    private static final String URI_PROPERTY = "management.datadog.metrics.export.uri";

    /** @throws InvalidConfigurationPropertyValueException if the address is none, without the key */
    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        if (bean instanceof DatadogProperties properties && properties.getApiKey() != null) {
            properties.setApiKey(URLEncoder.encode(properties.getApiKey().strip(), UTF_8));
            properties.setUri(requireUrl(properties.getUri().replaceAll("\\s", "")));
        }
        return bean;
    }

    private static String requireUrl(String uri) {
        if (!isUrl(uri)) {
            throw new InvalidConfigurationPropertyValueException(
                    URI_PROPERTY, uri, "DD_SITE must be a site such as datadoghq.eu, or not be set");
        }
        return uri;
    }

    private static boolean isUrl(String uri) {
        try {
            String host = URI.create(uri).getHost();
            return host != null && !host.endsWith(".");
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
