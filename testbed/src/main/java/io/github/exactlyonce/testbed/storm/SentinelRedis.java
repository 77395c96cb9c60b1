package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** One primary, two replicas, and three sentinels of which two have to agree. */
final class SentinelRedis implements StormRedis {

    private static final String NAME = "main";
    private static final int NODES = 3;
    private static final int SENTINELS = 3;
    private static final int QUORUM = 2;

    /** A primary is given up after a second; a failover that fails is tried again after ten. */
    private static final String[] SETTINGS = {
        "sentinel down-after-milliseconds " + NAME + " 1000",
        "sentinel failover-timeout " + NAME + " 5000",
        "sentinel parallel-syncs " + NAME + " 2"
    };

    private final List<RedisProcess> nodes = new ArrayList<>();
    private final List<RedisProcess> sentinels = new ArrayList<>();
    private final RedisNodes asked = new RedisNodes();

    private SentinelRedis() {}

    static SentinelRedis start(Path directory) {
        SentinelRedis redis = new SentinelRedis();
        try {
            for (int port : Ports.free(NODES)) {
                Path data = Files.createDirectories(directory.resolve("redis-" + port));
                redis.nodes.add(RedisProcess.start(port, data, "--appendonly", "yes"));
            }
            RedisProcess primary = redis.nodes.get(0);
            redis.nodes.stream().skip(1).forEach(node -> redis.follow(node, primary));
            for (int number = 1; number <= SENTINELS; number++) {
                Path data = Files.createDirectories(directory.resolve("sentinel-" + number));
                redis.sentinels.add(RedisProcess.startSentinel(NAME, primary, QUORUM, data, SETTINGS));
            }
            redis.asked.await(
                    "the sentinels know of all", () -> redis.sentinels.stream().allMatch(redis::knowsAll));
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public RedisProcess primary() {
        InetSocketAddress address =
                (InetSocketAddress) asked.sentinel(sentinels.get(0).port()).getMasterAddrByName(NAME);
        return nodes.stream()
                .filter(node -> node.port() == address.getPort())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the sentinels name " + address));
    }

    @Override
    public Map<String, String> settings() {
        return Map.of(
                "SPRING_DATA_REDIS_HOST",
                "nowhere.invalid", // so that nobody gets there but by a sentinel
                "SPRING_DATA_REDIS_SENTINEL_MASTER",
                NAME,
                "SPRING_DATA_REDIS_SENTINEL_NODES",
                sentinels.stream()
                        .map(sentinel -> sentinel.host() + ":" + sentinel.port())
                        .collect(Collectors.joining(",")));
    }

    @Override
    public List<RedisProcess> nodes() {
        return nodes;
    }

    @Override
    public void close() {
        sentinels.forEach(RedisProcess::close);
        nodes.forEach(RedisProcess::close);
        asked.close();
    }

    private void follow(RedisProcess node, RedisProcess primary) {
        asked.commands(node.port()).replicaof(primary.host(), primary.port());
        asked.awaitReplica(node.port());
    }

    private boolean knowsAll(RedisProcess sentinel) {
        Map<String, String> primary = asked.sentinel(sentinel.port()).master(NAME);
        return primary.get("num-slaves").equals(String.valueOf(NODES - 1))
                && primary.get("num-other-sentinels").equals(String.valueOf(SENTINELS - 1));
    }
}
