package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.Sentinels;
import io.github.exactlyonce.testbed.system.Topology;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** A primary, two replicas, and {@link Sentinels}. */
final class OwnSentinel extends OwnRedis {

    private static final int REPLICAS = 2;

    OwnSentinel(String run) {
        super(run, Topology.SENTINEL, Ports.free(1 + REPLICAS));
    }

    @Override
    void form(RedisNodes nodes) {
        ports().stream().skip(1).forEach(nodes::awaitReplica);
        nodes.awaitSentinels(Sentinels.NAME, portsOfSentinels(), REPLICAS);
    }

    @Override
    String description() {
        return """
                Redis with Sentinel is ready; what it holds is gone at the end
                  primary on %s
                  replicas on %s and %s
                  sentinels on %s""".formatted(
                        node(0).place(),
                        node(1).place(),
                        node(2).place(),
                        sentinels().stream().map(Started::place).collect(Collectors.joining(", ")));
    }

    @Override
    public Map<String, String> settings() {
        return Sentinels.settings(portsOfSentinels());
    }

    @Override
    public String invitation(String key) {
        return """
                # what Redis has of it
                redis-cli -p %d hgetall '%s'
                # the primary dies; a replica takes over, and the services follow, within seconds
                kill -9 %d
                redis-cli -p %d sentinel get-master-addr-by-name %s
                """.formatted(
                        node(1).port(), key, node(0).pid(), portsOfSentinels().get(0), Sentinels.NAME);
    }

    private List<Integer> portsOfSentinels() {
        return sentinels().stream().map(Started::port).toList();
    }
}
