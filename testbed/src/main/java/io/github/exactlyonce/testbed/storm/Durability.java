package io.github.exactlyonce.testbed.storm;

import java.util.Locale;

/** What an order has to have reached before its client is told that it is accepted: {@code orders.durability}. */
enum Durability {
    MEMORY,
    REPLICA,
    DISK;

    /** Whether an accepted order outlives its primary when a replica takes over. */
    boolean outlivesAFailover() {
        return this == REPLICA;
    }

    /** As it is chosen. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
