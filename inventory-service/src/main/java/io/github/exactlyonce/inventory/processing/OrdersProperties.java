package io.github.exactlyonce.inventory.processing;

import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What both services are told about orders.
 *
 * @param grace after so long an order that no hint has settled comes due; the same value as in the order service
 */
@Validated
@ConfigurationProperties("orders")
public record OrdersProperties(
        @DefaultValue("2s") @DurationMin(millis = 1) Duration grace) {}
