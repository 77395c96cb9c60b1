package io.github.exactlyonce.testbed.bench;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.OptionalLong;

/**
 * What became of one contender's orders.
 *
 * @param stockDrift units, at the end, see {@link Books#stockDrift}
 * @param pending see {@link Contender#pending}
 */
record CrashResult(
        String title,
        String description,
        String onCrash,
        int kills,
        Outcome outcome,
        Left left,
        long stockDrift,
        OptionalLong pending) {

    Map<String, Object> details() {
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("kills", kills);
        details.put("outcome", outcome);
        details.put("left", left);
        details.put("stockDriftUnits", stockDrift);
        pending.ifPresent(orders -> details.put("pending", orders));
        return details;
    }
}
