package io.github.exactlyonce.inventory;

import io.github.exactlyonce.contracts.Warehouse;
import jakarta.validation.Valid;
import jakarta.validation.constraints.AssertTrue;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import java.time.Duration;
import java.util.List;
import org.hibernate.validator.constraints.time.DurationMax;
import org.hibernate.validator.constraints.time.DurationMin;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;
import org.springframework.validation.annotation.Validated;

/**
 * What can be set under {@code inventory}.
 *
 * @param replica this replica's name in logs, the ledger and the orders that it settled; empty = the host's name
 * @param retention how long a settled order, which is also its dedup record, is kept: longer than any copy of its message
 *     or any client's retry can be late
 * @param ledgerLength entries to which the ledger is trimmed, approximately
 * @param deadLettersLength entries to which the dead letters are trimmed, approximately
 * @param warehouses whose orders and jobs this replica works on: a list of names, or {@value #ALL_WAREHOUSES} alone for all
 *     that there are, found as they appear. Over HTTP it answers for any of them
 */
@Validated
@ConfigurationProperties("inventory")
public record InventoryProperties(
        @DefaultValue("") @Pattern(regexp = "[A-Za-z0-9._:-]{0,64}")
        String replica,

        @DefaultValue("7d") @DurationMin(minutes = 1) @DurationMax(days = 3650)
        Duration retention,

        @DefaultValue("1000000") @Min(1000) long ledgerLength,
        @DefaultValue("10000") @Min(100) long deadLettersLength,
        @DefaultValue @Valid Lock lock,
        @DefaultValue @Valid Queue queue,
        @DefaultValue @Valid Subscription subscription,
        @DefaultValue @Valid Audit audit,
        @DefaultValue(ALL_WAREHOUSES) List<String> warehouses) {

    public static final String ALL_WAREHOUSES = "*";

    public boolean servesAllWarehouses() {
        return warehouses.equals(List.of(ALL_WAREHOUSES));
    }

    @AssertTrue(
            message = "inventory.warehouses must be * for all of them, or a list of names; each " + Warehouse.NAME_RULE)
    boolean isWarehousesReadable() {
        return servesAllWarehouses()
                || !warehouses.isEmpty() && warehouses.stream().allMatch(Warehouse::isName);
    }

    /**
     * @param enabled whether copies are turned away by a lock before they reach the commit script; the guarantee does not
     *     depend on it, only the work that is saved
     * @param ttl for how long late copies are turned away after an order was settled
     */
    public record Lock(
            @DefaultValue("true") boolean enabled,

            @DefaultValue("5s") @DurationMin(millis = 1) @DurationMax(days = 1)
            Duration ttl) {}

    /**
     * @param capacity messages that wait at the most; beyond, they are dropped and their jobs come due
     * @param memory bytes of messages that wait at the most; beyond, they are dropped as well
     * @param maxMessageSize a longer message goes to the dead letters, from 1KB to 1MB
     * @param batchSize messages gated, and committed, in one flush at the most
     */
    public record Queue(
            @DefaultValue("50000") @Min(1) int capacity,
            @DefaultValue("32MB") DataSize memory,
            @DefaultValue("64KB") DataSize maxMessageSize,
            @DefaultValue("256") @Min(1) @Max(10_000) int batchSize) {

        @AssertTrue(message = "inventory.queue.max-message-size must be from 1KB to 1MB")
        boolean isMaxMessageSizeInRange() {
            return maxMessageSize.toKilobytes() >= 1 && maxMessageSize.toBytes() <= 1 << 20;
        }

        @AssertTrue(message = "inventory.queue.memory must be from 1MB to 1GB")
        boolean isMemoryInRange() {
            return memory.toMegabytes() >= 1 && memory.toMegabytes() <= 1024;
        }
    }

    /**
     * @param probeInterval how often a message to ourselves tests the subscription
     * @param probeTimeout after so long without hearing one, the replica is not ready and subscribes anew
     */
    public record Subscription(
            @DefaultValue("1s") @DurationMin(millis = 10) Duration probeInterval,
            @DefaultValue("3s") @DurationMin(millis = 30) Duration probeTimeout) {}

    /** @param interval how often one of the replicas compares the ledger with stock and orders */
    public record Audit(
            @DefaultValue("1m") @DurationMin(seconds = 1) @DurationMax(days = 1)
            Duration interval) {}
}
