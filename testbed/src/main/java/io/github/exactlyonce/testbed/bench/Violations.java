package io.github.exactlyonce.testbed.bench;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** What this project must never do, whatever the figures are. */
final class Violations {

    private static final int NAMED = 5;

    private Violations() {}

    /**
     * @param wrong orders that were lost or repeated, or some of them
     * @param stockDrift units too many or too few
     */
    static List<String> of(List<String> wrong, long stockDrift) {
        List<String> violations = new ArrayList<>();
        if (!wrong.isEmpty()) {
            violations.add("This project lost or repeated orders, among them "
                    + wrong.stream().limit(NAMED).collect(Collectors.joining(", ")) + ".");
        }
        if (stockDrift != 0) {
            violations.add("This project's stock is not what the orders leave of it: %d units are wrong."
                    .formatted(stockDrift));
        }
        return violations;
    }
}
