package io.github.exactlyonce.testbed.load;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;

/**
 * An endless row of orders, {@code <prefix>-0}, {@code <prefix>-1} and so on: one to three lines, now and then two of the
 * same SKU. The same seed gives the same orders.
 */
public final class RandomOrders implements Iterator<Order> {

    private static final int MAX_LINES = 3;
    private static final int MAX_QUANTITY = 3;

    private final String prefix;
    private final List<String> skus;
    private final Random random;
    private int next;

    public RandomOrders(String prefix, List<String> skus, long seed) {
        this.prefix = prefix;
        this.skus = List.copyOf(skus);
        this.random = new Random(seed);
    }

    @Override
    public boolean hasNext() {
        return true;
    }

    @Override
    public Order next() {
        List<OrderItem> lines = new ArrayList<>();
        int count = 1 + random.nextInt(MAX_LINES);
        for (int i = 0; i < count; i++) {
            lines.add(new OrderItem(skus.get(random.nextInt(skus.size())), 1 + random.nextInt(MAX_QUANTITY)));
        }
        return new Order(prefix + "-" + next++, new OrderItems(lines));
    }
}
