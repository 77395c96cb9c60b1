package io.github.exactlyonce.testbed.system;

import java.util.Locale;

/** What kind of Redis the services run on. */
public enum Topology {
    STANDALONE,
    SENTINEL,
    CLUSTER;

    /** Whether a failover can take back what was answered: replication is asynchronous. */
    public boolean hasFailovers() {
        return this != STANDALONE;
    }

    /** As it is chosen. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
