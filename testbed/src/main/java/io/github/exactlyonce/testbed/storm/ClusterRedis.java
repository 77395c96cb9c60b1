package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.ClusterProcesses;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Three primaries with a third of the slots each, and one replica of each. All orders are in one slot. */
final class ClusterRedis implements StormRedis {

    private static final int PRIMARIES = 3;

    private final ClusterProcesses cluster;

    private ClusterRedis(ClusterProcesses cluster) {
        this.cluster = cluster;
    }

    static ClusterRedis start(Path directory) {
        return new ClusterRedis(ClusterProcesses.start(directory, PRIMARIES, PRIMARIES, "--appendonly", "yes"));
    }

    @Override
    public RedisProcess primary() {
        return cluster.ownerOf(Warehouse.MAIN);
    }

    @Override
    public Map<String, String> settings() {
        return cluster.settings();
    }

    @Override
    public List<RedisProcess> nodes() {
        return cluster.nodes();
    }

    void moveSlot() {
        cluster.moveSlotOf(Warehouse.MAIN);
    }

    @Override
    public void close() {
        cluster.close();
    }
}
