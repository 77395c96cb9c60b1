package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.RandomOrders;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;

/** Random orders, for one warehouse after the other. */
final class SpreadOrders implements Iterator<Order> {

    /** What they ask for; enough to confirm all of them, so that each of them costs the same. */
    static final Map<String, Long> STOCK = Map.of("001", 50_000_000L, "002", 50_000_000L, "003", 50_000_000L);

    private final RandomOrders random;
    private final List<Warehouse> warehouses;
    private final int count;
    private int next;

    SpreadOrders(String prefix, List<Warehouse> warehouses, int count, long seed) {
        this.random = new RandomOrders(prefix, STOCK.keySet().stream().sorted().toList(), seed);
        this.warehouses = warehouses;
        this.count = count;
    }

    @Override
    public boolean hasNext() {
        return next < count;
    }

    @Override
    public Order next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return random.next().in(warehouses.get(next++ % warehouses.size()));
    }
}
