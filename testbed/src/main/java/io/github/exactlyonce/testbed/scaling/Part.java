package io.github.exactlyonce.testbed.scaling;

import java.util.Locale;

/** What can be looked at by itself. */
enum Part {
    /** What an order costs in 1, 8, 24 and 96 warehouses. */
    COSTS,

    /** That each order of 24 warehouses on three shards is settled once, a failover and a slot that moves included. */
    PROOF,

    /** How much of so many shards can be used if some warehouses have more orders than others. Needs no Redis. */
    SKEW;

    /** As it is chosen. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
