package io.github.exactlyonce.inventory.interleavings;

import org.junit.jupiter.api.Test;

/** Orders are settled once, whatever the order of steps, and whoever dies in between. {@link Explorer} says what that covers. */
class OrderInterleavingsTest extends WithSmallSystem {

    @Test
    void oneOrderWithFaults() {
        assertHolds(SCENARIOS.orders(2, 1, 1, "29").with(FAULTS, 1));
    }

    @Test
    void oneOrderAndTwoCopiesOfItsMessageForEachReplica() {
        assertHolds(SCENARIOS.orders(2, 2, 2, "29").with(0, 1));
    }

    @Test
    void twoOrdersForTheLastUnit() {
        assertHolds(SCENARIOS.twoOrders(1).with(0, 1));
    }

    @Test
    void twoOrdersForTheLastUnitWithFaults() {
        assertHolds(SCENARIOS.twoOrders(0).with(FAULTS, 0));
    }

    @Test
    void threeReplicas() {
        assertHolds(SCENARIOS.orders(3, 1, 1, "29").with(0, 1));
    }

    @Test
    void anOrderForLater() {
        assertHolds(SCENARIOS.scheduledOrder(2, 1, 1).with(0, 1));
    }

    @Test
    void anOrderForLaterThatTwoPollersFindWithFaults() {
        assertHolds(SCENARIOS.scheduledOrder(2, 0, 2).with(FAULTS, 1));
    }

    @Test
    void anOrderOfAnotherProducer() {
        assertHolds(SCENARIOS.orderOfAnotherProducer(2, 1, 1).with(FAULTS, 0));
    }
}
