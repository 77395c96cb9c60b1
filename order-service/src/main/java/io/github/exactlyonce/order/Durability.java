package io.github.exactlyonce.order;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where an order has to be before it is acknowledged. */
enum Durability {
    /** In the memory of the primary. A crash can take back what its append-only file had not yet, a failover what no replica had. */
    MEMORY,
    /** On so many replicas as well ({@code WAIT}). No consensus: a failover that promotes a replica without it loses it. */
    REPLICA,
    /** In the append-only file on the primary's disk as well ({@code WAITAOF}). On that disk only. */
    DISK;

    /** Of a request what is wanted, of an answer what was reached. */
    static final String HEADER = "Durability";

    static final String RULE = "must be memory, replica or disk";

    static Optional<Durability> of(String text) {
        return Arrays.stream(values()).filter(each -> each.text().equals(text)).findFirst();
    }

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
