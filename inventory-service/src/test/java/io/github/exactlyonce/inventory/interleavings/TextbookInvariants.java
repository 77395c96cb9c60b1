package io.github.exactlyonce.inventory.interleavings;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.RedisKeys;
import java.util.List;

/**
 * One order for one unit: taken once.
 *
 * @param stock units at the beginning
 */
record TextbookInvariants(String sku, int stock) implements Invariants {

    @Override
    public List<String> brokenBy(RedisImage before, RedisImage after) {
        return taken(after) > 1 ? List.of("the order took its stock " + taken(after) + " times") : List.of();
    }

    @Override
    public List<String> brokenAtTheEnd(RedisImage redis) {
        return taken(redis) < 1 ? List.of("every replica heard of the order, and it is LOST") : List.of();
    }

    private long taken(RedisImage redis) {
        return stock - Long.parseLong(redis.hash(RedisKeys.stock(MAIN)).get(sku));
    }
}
