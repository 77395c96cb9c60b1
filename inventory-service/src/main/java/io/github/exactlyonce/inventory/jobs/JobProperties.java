package io.github.exactlyonce.inventory.jobs;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What can be set under {@code jobs}.
 *
 * @param pollInterval how often each replica looks for due work
 * @param claimLimit jobs that one claim takes at the most
 * @param lease for how long a claim keeps other replicas away; a job of a replica that died comes due again after it
 * @param maxAttempts claims after which a job goes to the dead letters instead of being tried again
 * @param backoff the pause between attempts
 */
@Validated
@ConfigurationProperties("jobs")
public record JobProperties(
        @DefaultValue("1s") @DurationMin(millis = 1) Duration pollInterval,
        @DefaultValue("256") @Min(1) @Max(1000) int claimLimit,
        @DefaultValue("10s") @DurationMin(millis = 1) Duration lease,
        @DefaultValue("10") @Min(1) @Max(1000) int maxAttempts,
        @DefaultValue @Valid Backoff backoff) {}
