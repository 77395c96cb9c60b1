package io.github.exactlyonce.inventory.interleavings;

import org.junit.jupiter.api.Test;

/** A job with its effect in Redis is done once. {@link Explorer} says what is looked at. */
class RestockInterleavingsTest extends WithSmallSystem {

    @Test
    void twoReplicasThatLookTwice() {
        assertHolds(SCENARIOS.restock(2, 2).with(FAULTS + 1, 0));
    }

    @Test
    void threeReplicas() {
        assertHolds(SCENARIOS.restock(3, 1).with(FAULTS, 0));
    }
}
