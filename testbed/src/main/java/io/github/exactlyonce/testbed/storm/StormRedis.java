package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.Topology;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The Redis of a storm, whatever it consists of. It ends with this JVM at the latest. */
interface StormRedis extends AutoCloseable {

    /** @param directory for the logs and data of its processes */
    static StormRedis start(Topology topology, Path directory) {
        return switch (topology) {
            case STANDALONE -> StandaloneRedis.start(directory);
            case SENTINEL -> SentinelRedis.start(directory);
            case CLUSTER -> ClusterRedis.start(directory);
        };
    }

    /**
     * Who holds the orders now. May differ from one call to the next.
     *
     * @throws IllegalStateException if nobody does at the moment
     */
    RedisProcess primary();

    /** How the services are told of it, beyond host and port of the first primary. */
    Map<String, String> settings();

    /** All that hold data, primaries and replicas. */
    List<RedisProcess> nodes();

    @Override
    void close();
}
