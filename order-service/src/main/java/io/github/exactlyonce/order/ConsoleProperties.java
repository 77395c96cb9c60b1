package io.github.exactlyonce.order;

import java.net.URI;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;

/** @param inventoryUrl where an inventory service answers for all of them about dead letters and audits, for the console */
@ConfigurationProperties("console")
record ConsoleProperties(
        @DefaultValue("http://127.0.0.1:3002") URI inventoryUrl) {

    ConsoleProperties {
        if (!Set.of("http", "https").contains(String.valueOf(inventoryUrl.getScheme()))
                || inventoryUrl.getHost() == null
                || inventoryUrl.getRawQuery() != null
                || inventoryUrl.getRawFragment() != null) {
            throw new IllegalArgumentException(
                    "console.inventory-url must be such as http://127.0.0.1:3002, not " + inventoryUrl);
        }
    }
}
