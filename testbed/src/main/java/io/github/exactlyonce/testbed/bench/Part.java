package io.github.exactlyonce.testbed.bench;

import java.util.Locale;

/** What can be measured by itself. Those that follow each other share what they have started. */
enum Part {
    /** Three replicas of ours beside others, orders straight from the script. */
    CONSUMING,

    /** A replica of each of them is killed at work and started again. */
    CRASH,

    /** 1, 3, 6 and 12 replicas. */
    REPLICAS,

    /** 1, 10 and 100 items in an order; one SKU that all orders want. */
    ITEMS,

    /** Orders per second from POST to their effect, beside what the same HTTP can do without us. */
    HTTP,

    /** How long an order takes at a steady rate. */
    LATENCY,

    /** What it costs to wait until an order is on a replica, or on disk. */
    DURABILITY,

    /** Memory, processor time, time to start and to recover, and what the log costs. */
    COST,

    /** Jobs that are due at once and one after the other, beside other schedulers. */
    JOBS;

    /** As it is chosen. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
