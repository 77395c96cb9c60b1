package io.github.exactlyonce.testbed.bench;

/** What runs for a part, and has counted each order or job so far. */
public interface Audited extends AutoCloseable {

    /** Whether nothing of this project's was lost or repeated up to now, the warm-up included. */
    boolean isExact();

    @Override
    void close();
}
