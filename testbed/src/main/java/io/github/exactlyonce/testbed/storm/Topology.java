package io.github.exactlyonce.testbed.storm;

import java.nio.file.Path;
import java.util.Locale;

/** What kind of Redis the services run on. */
enum Topology {
    STANDALONE,
    SENTINEL,
    CLUSTER;

    /** @param directory for the logs and data of its processes */
    StormRedis start(Path directory) {
        return switch (this) {
            case STANDALONE -> StandaloneRedis.start(directory);
            case SENTINEL -> SentinelRedis.start(directory);
            case CLUSTER -> ClusterRedis.start(directory);
        };
    }

    /** Whether a failover can take back what was answered: replication is asynchronous. */
    boolean hasFailovers() {
        return this != STANDALONE;
    }

    /** As it is chosen. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
