package io.github.exactlyonce.contracts.redis;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.RedisException;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.SlotHash;
import io.lettuce.core.cluster.models.partitions.Partitions;
import io.lettuce.core.cluster.models.partitions.RedisClusterNode;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Where in a cluster a key is, as far as Lettuce knows. A shard is named by the id of its primary, so after a failover it is
 * another one. Nothing but the sharing of threads and connections depends on it: Lettuce sends each command where it
 * belongs.
 */
public final class Shards {

    /** The one that there is without a cluster; in a cluster, that of slots which nobody is known to hold. */
    private static final String ONLY = "";

    private final LettuceConnectionFactory connections;

    Shards(LettuceConnectionFactory connections) {
        this.connections = connections;
    }

    /** Of all keys with the hash tag of a warehouse; the same for all while the cluster has not been reached. */
    public Map<Warehouse, String> of(Set<Warehouse> warehouses) {
        Partitions partitions = partitions();
        Map<Warehouse, String> places = new TreeMap<>();
        warehouses.forEach(warehouse -> places.put(warehouse, holder(partitions, RedisKeys.jobs(warehouse))));
        return places;
    }

    /** Whether two keys are on different shards. Does not block, once the cluster has been reached. */
    public boolean areApart(String key, String other) {
        Partitions partitions = partitions();
        return partitions != null && !holder(partitions, key).equals(holder(partitions, other));
    }

    /** Does not block, once the cluster has been reached. */
    public String of(String key) {
        return holder(partitions(), key);
    }

    /** Whether it holds slots. Does not block, once the cluster has been reached. */
    public boolean isThere(String shard) {
        Partitions partitions = partitions();
        if (partitions == null || shard.equals(ONLY)) {
            return shard.equals(ONLY);
        }
        RedisClusterNode primary = partitions.getPartitionByNodeId(shard);
        return primary != null && !primary.hasNoSlots();
    }

    /** Whether there is more than one. Does not block, once the cluster has been reached. */
    public boolean areSeveral() {
        Partitions partitions = partitions();
        return partitions != null
                && partitions.stream()
                                .filter(node -> !node.hasNoSlots())
                                .limit(2)
                                .count()
                        == 2;
    }

    private @Nullable Partitions partitions() {
        try {
            return connections.getRequiredNativeClient() instanceof RedisClusterClient cluster
                    ? cluster.getPartitions()
                    : null;
        } catch (RedisException e) { // not reached yet
            return null;
        }
    }

    private static String holder(@Nullable Partitions partitions, String key) {
        RedisClusterNode primary = partitions == null ? null : partitions.getPartitionBySlot(SlotHash.getSlot(key));
        return primary == null ? ONLY : primary.getNodeId();
    }
}
