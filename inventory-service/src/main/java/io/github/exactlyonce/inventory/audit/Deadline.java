package io.github.exactlyonce.inventory.audit;

import java.time.Duration;

/** Until when an audit may go on; what it has not done by then is left to the next one. */
record Deadline(long nanos) {

    static Deadline in(Duration time) {
        return new Deadline(System.nanoTime() + time.toNanos());
    }

    boolean hasPassed() {
        return System.nanoTime() - nanos >= 0;
    }
}
