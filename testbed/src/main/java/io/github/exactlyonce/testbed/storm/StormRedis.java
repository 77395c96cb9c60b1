package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import java.util.List;
import java.util.Map;

/** The Redis of a storm, whatever it consists of. It ends with this JVM at the latest. */
interface StormRedis extends AutoCloseable {

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
