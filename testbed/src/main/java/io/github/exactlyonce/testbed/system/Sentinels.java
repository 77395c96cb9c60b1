package io.github.exactlyonce.testbed.system;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Three sentinels of which two have to agree. Needs no client of Redis, for a JVM that has none starts them too. */
public final class Sentinels {

    /** Of the primary that they watch. */
    public static final String NAME = "main";

    public static final int COUNT = 3;

    private static final int QUORUM = 2;

    /** A primary is given up after a second; a failover that fails is tried again after ten. */
    private static final String[] SETTINGS = {
        "sentinel down-after-milliseconds " + NAME + " 1000",
        "sentinel failover-timeout " + NAME + " 5000",
        "sentinel parallel-syncs " + NAME + " 2"
    };

    private Sentinels() {}

    /**
     * Replicas that follow it already are known soon; later ones when the sentinels ask again, after ten seconds.
     *
     * @param directory for one directory each
     */
    public static List<RedisProcess> start(RedisProcess primary, Path directory) throws IOException {
        List<RedisProcess> sentinels = new ArrayList<>();
        for (int number = 1; number <= COUNT; number++) {
            Path data = Files.createDirectories(directory.resolve("sentinel-" + number));
            sentinels.add(RedisProcess.startSentinel(NAME, primary, QUORUM, data, SETTINGS));
        }
        return List.copyOf(sentinels);
    }

    /** What the services have to be told. */
    public static Map<String, String> settings(List<Integer> sentinels) {
        return Map.of(
                "SPRING_DATA_REDIS_HOST",
                "nowhere.invalid", // so that nobody gets there but by a sentinel
                "SPRING_DATA_REDIS_SENTINEL_MASTER",
                NAME,
                "SPRING_DATA_REDIS_SENTINEL_NODES",
                sentinels.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(",")));
    }
}
