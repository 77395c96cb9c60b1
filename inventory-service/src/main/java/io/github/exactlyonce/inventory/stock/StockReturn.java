package io.github.exactlyonce.inventory.stock;

import io.github.exactlyonce.contracts.TraceParent;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code commit-cancellation.lua} answered.
 *
 * @param returnedBy the owner token that returned the stock; empty if nobody did
 * @param age from the request to then, by Redis's clock; zero if nobody did
 * @param traceParent of that request; null if it was not traced
 */
public record StockReturn(
        Code code,
        String returnedBy,
        Duration age,
        @Nullable TraceParent traceParent) {

    /** In the order of the script's codes, from 1. */
    public enum Code {
        /** The stock has returned, by this attempt. */
        RETURNED,
        WAS_RETURNED,
        /** Nobody has cancelled the order, or before anything was taken for it. */
        NOTHING_TO_RETURN,
        NO_RECORD
    }

    static StockReturn of(List<Object> answer) {
        Code code = Code.values()[((Long) answer.get(0)).intValue() - 1];
        return new StockReturn(
                code, (String) answer.get(1), Duration.ofMillis((Long) answer.get(2)), TraceParent.parse((String)
                        answer.get(3)));
    }
}
