package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.system.RedisCluster;
import java.util.ArrayList;
import java.util.List;

/** The three primaries that orders are spread over, each with a third of the slots. */
final class Shards {

    static final int COUNT = 3;

    private Shards() {}

    /** Warehouses whose names put the first one on the first shard, the next one on the next, and so on around. */
    static List<Warehouse> spread(int warehouses) {
        List<Warehouse> spread = new ArrayList<>();
        for (int i = 1; spread.size() < warehouses; i++) {
            Warehouse candidate = new Warehouse("w" + i);
            if (of(candidate) == spread.size() % COUNT) {
                spread.add(candidate);
            }
        }
        return List.copyOf(spread);
    }

    /** From 0, as long as no slot has moved. */
    static int of(Warehouse warehouse) {
        return RedisCluster.indexOfOwner(RedisKeys.stock(warehouse), COUNT);
    }
}
