package io.github.exactlyonce.inventory.jobs;

import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import java.time.Duration;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.validation.annotation.Validated;

/**
 * What can be set under {@code jobs}.
 *
 * @param pollInterval how long each replica sleeps at the most before it looks for due work; it wakes up earlier for
 *     a job that is due earlier
 * @param claimLimit jobs that one claim takes at the most, over all warehouses of a shard
 * @param lease for how long a claim keeps other replicas away; a job of a replica that died comes due again after it
 * @param maxAttempts claims after which a job goes to the dead letters instead of being tried again
 * @param workers jobs with effects outside Redis that one replica works on at the same time, for each shard of a cluster
 * @param shutdownGrace how long they may go on when the replica is stopped; then they are interrupted and handed back
 * @param backoff the pause between attempts
 */
@Validated
@ConfigurationProperties("jobs")
public record JobProperties(
        @DefaultValue("1s") @DurationMin(millis = 1) @DurationMax(days = 1)
        Duration pollInterval,

        @DefaultValue("256") @Min(1) @Max(1000) int claimLimit,

        @DefaultValue("10s") @DurationMin(millis = 1) @DurationMax(days = 1)
        Duration lease,

        @DefaultValue("10") @Min(1) @Max(1000) int maxAttempts,
        @DefaultValue("8") @Min(1) @Max(1000) int workers,

        @DefaultValue("10s") @DurationMin(millis = 0) @DurationMax(hours = 1)
        Duration shutdownGrace,

        @DefaultValue @Valid Backoff backoff) {}
