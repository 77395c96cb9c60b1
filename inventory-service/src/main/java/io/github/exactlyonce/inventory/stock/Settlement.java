package io.github.exactlyonce.inventory.stock;

import io.github.exactlyonce.contracts.TraceParent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code commit-order.lua} answered.
 *
 * @param settledBy the owner token that settled the order; empty if nobody did
 * @param age from placed to settled, by Redis's clock; zero if nobody did
 * @param traceParent what the record says; null if the order is not traced
 */
public record Settlement(
        Code code, String settledBy, Duration age, @Nullable TraceParent traceParent) {

    /** In the order of the script's codes, from 1. */
    public enum Code {
        /** The stock was taken, by this attempt. */
        CONFIRMED,
        /** Something was short, so nothing was taken; decided by this attempt. */
        REJECTED,
        /** It had been cancelled before anybody settled it, so nothing was taken; found by this attempt. */
        CANCELLED,
        WAS_CONFIRMED,
        WAS_REJECTED,
        WAS_CANCELLED,
        /** There is neither a record nor a message to make one from. */
        NO_RECORD,
        /** It is scheduled for later and not yet released; nothing was written. */
        SCHEDULED
    }

    static Settlement of(List<Object> answer) {
        Code code = Code.values()[((Long) answer.get(0)).intValue() - 1];
        return new Settlement(
                code, (String) answer.get(1), Duration.ofMillis((Long) answer.get(2)), TraceParent.parse((String)
                        answer.get(3)));
    }
}
