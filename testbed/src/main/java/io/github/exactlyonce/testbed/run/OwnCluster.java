package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisCluster;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.Topology;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Three primaries with a third of the slots each, and one replica of each. */
final class OwnCluster extends OwnRedis {

    private static final int PRIMARIES = 3;

    OwnCluster(String run) {
        super(run, Topology.CLUSTER, Ports.ofCluster(2 * PRIMARIES));
    }

    @Override
    void form(RedisNodes nodes) {
        RedisCluster.join(nodes, ports().subList(0, PRIMARIES), ports().subList(PRIMARIES, ports().size()));
    }

    @Override
    String description() {
        return IntStream.range(0, PRIMARIES)
                .mapToObj(i -> "%n  primary on %s, its replica on %s"
                        .formatted(node(i).place(), node(PRIMARIES + i).place()))
                .collect(Collectors.joining("", "Redis Cluster is ready; what it holds is gone at the end", ""));
    }

    @Override
    public Map<String, String> settings() {
        return RedisCluster.settings(ports());
    }

    @Override
    public String invitation(String key) {
        int owner = RedisCluster.indexOfOwner(key, PRIMARIES);
        int replica = node(PRIMARIES + owner).port();
        return """
                # what Redis has of it
                redis-cli -c -p %1$d hgetall '%2$s'
                # the primary that has it dies; its replica takes over, and the services follow, within seconds
                kill -9 %3$d
                redis-cli -p %1$d role
                """.formatted(replica, key, node(owner).pid());
    }
}
