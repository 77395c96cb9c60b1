package io.github.exactlyonce.contracts.security;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * So many requests a second of each client, and a second's worth of them at once. It is the generic cell rate algorithm (ITU-T I.371, annex
 * A): of each client one time is kept, that at which it would have spent nothing. A client whose time has passed is as one that was never
 * seen, so those are forgotten first; if there are still too many, the new ones share one allowance.
 */
final class RequestRate {

    static final int MOST_CLIENTS = 10_000;

    private static final long BURST = Duration.ofSeconds(1).toNanos();

    private static final String OTHERS = ""; // the name of no client

    private final long cost;
    private final LongSupplier nanos;
    private final long start;
    private final Map<String, Long> paidUpAt = new HashMap<>();
    private long sweptAt;

    /** @param nanos a clock that only goes forward, such as {@link System#nanoTime()} */
    RequestRate(int perSecond, LongSupplier nanos) {
        this.cost = BURST / perSecond;
        this.nanos = nanos;
        this.start = nanos.getAsLong();
    }

    /** @return zero if the request may go on; else when to come again */
    synchronized Duration request(String client) {
        long now = nanos.getAsLong() - start;
        String payer = paidUpAt.containsKey(client) || hasRoom(now) ? client : OTHERS;
        long paidUp = Math.max(paidUpAt.getOrDefault(payer, now), now) + cost;
        long wait = paidUp - BURST - now;
        if (wait > 0) {
            return Duration.ofNanos(wait);
        }
        paidUpAt.put(payer, paidUp);
        return Duration.ZERO;
    }

    synchronized int clients() {
        return paidUpAt.size();
    }

    private boolean hasRoom(long now) {
        if (paidUpAt.size() >= MOST_CLIENTS && now - sweptAt >= BURST) { // not for each of a flood
            sweptAt = now;
            paidUpAt.values().removeIf(time -> time <= now);
        }
        return paidUpAt.size() < MOST_CLIENTS;
    }
}
