package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.Sentinels;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One primary, two replicas, and {@link Sentinels}. */
final class SentinelRedis implements StormRedis {

    private static final int NODES = 3;

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
            redis.sentinels.addAll(Sentinels.start(primary, directory));
            redis.asked.awaitSentinels(Sentinels.NAME, redis.portsOfSentinels(), NODES - 1);
            return redis;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public RedisProcess primary() {
        InetSocketAddress address =
                (InetSocketAddress) asked.sentinel(sentinels.get(0).port()).getMasterAddrByName(Sentinels.NAME);
        return nodes.stream()
                .filter(node -> node.port() == address.getPort())
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the sentinels name " + address));
    }

    @Override
    public Map<String, String> settings() {
        return Sentinels.settings(portsOfSentinels());
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

    private List<Integer> portsOfSentinels() {
        return sentinels.stream().map(RedisProcess::port).toList();
    }
}
