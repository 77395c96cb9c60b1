package io.github.exactlyonce.testbed.bench;

import java.util.ArrayList;
import java.util.List;

/** What this project must never do, whatever the figures are. */
final class Violations {

    private Violations() {}

    /**
     * @param wasExact whether no order was lost or repeated
     * @param stockDrift units too many or too few
     */
    static List<String> of(boolean wasExact, long stockDrift) {
        List<String> violations = new ArrayList<>();
        if (!wasExact) {
            violations.add("This project lost or repeated orders.");
        }
        if (stockDrift != 0) {
            violations.add("This project's stock is not what the orders leave of it.");
        }
        return violations;
    }
}
