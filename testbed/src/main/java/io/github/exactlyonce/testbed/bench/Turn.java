package io.github.exactlyonce.testbed.bench;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one contender did with one lot of orders while all others were idle. Rates are of orders that were done, not of effects: one that is done twice
 * counts once.
 *
 * @param seconds from the first message or request to the last order's first effect, by Redis's clock
 * @param cpu spent meanwhile
 */
record Turn(Outcome outcome, double seconds, Cpu cpu) {

    double rate() {
        return outcome.done() / seconds;
    }

    /** In seconds of one processor. */
    double per1000(double cpuSeconds) {
        return 1_000 * cpuSeconds / Math.max(1, outcome.done());
    }

    /** In microseconds of one processor. */
    double microsPerOrder(double cpuSeconds) {
        return 1_000 * per1000(cpuSeconds);
    }

    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("outcome", outcome);
        details.put("seconds", seconds);
        details.put("ordersPerSecond", rate());
        details.put("cpuSeconds", cpu);
        return details;
    }
}
