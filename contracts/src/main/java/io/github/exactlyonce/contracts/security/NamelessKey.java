package io.github.exactlyonce.contracts.security;

import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.AbstractBindHandler;
import org.springframework.boot.context.properties.bind.BindContext;
import org.springframework.boot.context.properties.bind.BindHandler;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;

/** Stops the start if {@code security.keys} has a value itself: Boot would print it, or, beside a key with a name, take no notice of it. */
final class NamelessKey extends AbstractBindHandler {

    private static final ConfigurationPropertyName KEYS = ConfigurationPropertyName.of("security.keys");

    NamelessKey(BindHandler parent) {
        super(parent);
    }

    @Override
    public <T> @Nullable Bindable<T> onStart(ConfigurationPropertyName name, Bindable<T> target, BindContext context) {
        if (name.equals(KEYS)) {
            context.getSources().forEach(source -> {
                if (source.getConfigurationProperty(KEYS) != null) {
                    throw new IllegalArgumentException(
                            "security.keys is set, and each key needs a name: security.keys.<name>, or SECURITY_KEYS_<NAME>");
                }
            });
        }
        return super.onStart(name, target, context);
    }
}
