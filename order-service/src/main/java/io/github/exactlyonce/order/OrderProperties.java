package io.github.exactlyonce.order;

import java.time.Duration;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * @param grace how long the replicas have to settle an order that they heard of, before its job comes due; the
 *     inventory service reads the same property
 * @param maxBodySize a request with a longer body is refused
 * @param maxInFlight commands that may wait for Redis's answer at the same time; further requests are refused at once,
 *     so a Redis that hangs does not fill this process's memory; of a cluster, one shard has at most half of them:
 *     {@link Bulkhead}
 * @param connectRetry pause between two attempts to reach a Redis that was away at the start
 * @param durability where an order has to be before it is acknowledged, if its request does not say
 * @param durabilityTimeout how long an order may take to get there: longer than a second, after which Redis syncs its file to
 *     the disk with {@code appendfsync everysec}; and a request in flight must end within the shutdown
 * @param durabilityReplicas on how many replicas an order has to be that is wanted on a replica
 */
@ConfigurationProperties("orders")
record OrderProperties(
        @DefaultValue("2s") Duration grace,
        @DefaultValue("64KB") DataSize maxBodySize,
        @DefaultValue("10000") int maxInFlight,
        @DefaultValue("500ms") Duration connectRetry,
        @DefaultValue("memory") Durability durability,
        @DefaultValue("2s") Duration durabilityTimeout,
        @DefaultValue("1") int durabilityReplicas) {

    private static final Duration LONGEST_GRACE = Duration.ofDays(1);
    private static final Duration LONGEST_CONNECT_RETRY = Duration.ofSeconds(5);
    private static final Duration LONGEST_DURABILITY_TIMEOUT = Duration.ofSeconds(5);
    private static final DataSize SMALLEST_BODY = DataSize.ofKilobytes(1);
    private static final DataSize LARGEST_BODY = DataSize.ofMegabytes(1);
    private static final int MOST_IN_FLIGHT = 1_000_000;
    private static final int MOST_REPLICAS = 100;

    OrderProperties {
        requireDuration("orders.grace", grace, LONGEST_GRACE);
        requireDuration("orders.connect-retry", connectRetry, LONGEST_CONNECT_RETRY);
        requireDuration("orders.durability-timeout", durabilityTimeout, LONGEST_DURABILITY_TIMEOUT);
        require(
                maxBodySize.compareTo(SMALLEST_BODY) >= 0 && maxBodySize.compareTo(LARGEST_BODY) <= 0,
                "orders.max-body-size must be from " + SMALLEST_BODY + " to " + LARGEST_BODY + ", not " + maxBodySize);
        require(
                maxInFlight >= 1 && maxInFlight <= MOST_IN_FLIGHT,
                "orders.max-in-flight must be from 1 to " + MOST_IN_FLIGHT + ", not " + maxInFlight);
        require(
                durabilityReplicas >= 1 && durabilityReplicas <= MOST_REPLICAS,
                "orders.durability-replicas must be from 1 to " + MOST_REPLICAS + ", not " + durabilityReplicas);
    }

    private static void requireDuration(String name, Duration value, Duration longest) {
        require(
                value.toMillis() >= 1 && value.compareTo(longest) <= 0,
                name + " must be from 1 ms to " + longest.toSeconds() + " s, not " + value);
    }

    private static void require(boolean condition, String sentence) {
        if (!condition) {
            throw new IllegalArgumentException(sentence);
        }
    }
}
