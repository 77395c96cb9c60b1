package io.github.exactlyonce.testbed.storm;

import java.time.Duration;

/**
 * One fault that is to happen.
 *
 * @param target the number of a replica, from 1; not every fault has one
 * @param duration until it is mended
 */
record Strike(Fault fault, int target, Duration duration) {

    @Override
    public String toString() {
        return fault + (fault.hasTarget() ? " (inventory-" + target + ")" : "");
    }
}
