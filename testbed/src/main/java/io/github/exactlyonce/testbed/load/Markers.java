package io.github.exactlyonce.testbed.load;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.testbed.system.Decisions;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Orders that are placed last. A replica works on messages in the order in which they came: once it has decided about a
 * marker, no late copy of an earlier order is left in it.
 */
public final class Markers {

    /** Nobody has this SKU. */
    private static final OrderItem NOTHING = new OrderItem("nothing", 1);

    /** A message can be lost, and then not every replica decides. */
    private static final int TRIES = 3;

    private final OrderClient client;
    private int placed;

    public Markers(OrderClient client) {
        this.client = client;
    }

    /**
     * @return the orders that served as markers
     * @throws IllegalStateException if not every replica decided about one of them within the limit
     */
    public List<Order> awaitEveryReplicaDone(List<ServiceProcess> replicas, Duration limit) {
        List<Order> markers = new ArrayList<>();
        for (int tries = 0; tries < TRIES; tries++) {
            Order marker = Order.of("marker-" + ++placed, NOTHING);
            Decisions decisions = Decisions.from(replicas);
            place(marker);
            markers.add(marker);
            if (Polling.until(
                    limit.dividedBy(TRIES), () -> decisions.replicasThatDecided(marker.orderId()) == replicas.size())) {
                return markers;
            }
        }
        throw new IllegalStateException("not every replica decided about one of " + markers);
    }

    private void place(Order marker) {
        try {
            client.place(marker);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
