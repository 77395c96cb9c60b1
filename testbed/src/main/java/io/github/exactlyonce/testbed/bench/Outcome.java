package io.github.exactlyonce.testbed.bench;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * What became of orders, one by one, from the ledger: in a sum, one that was lost and one that was done twice would cancel out.
 *
 * @param orders that were sent
 * @param lost without an effect
 * @param repeated orders with more than one
 * @param extraEffects those beyond the first ones, and those of orders of an earlier turn, which came late
 * @param lastFirstMillis when the last order got its first one, by Redis's clock; 0 if none did
 */
record Outcome(int orders, int lost, int repeated, int extraEffects, long lastFirstMillis) {

    static Outcome of(Collection<String> orderIds, Collection<Effect> effects) {
        Set<String> sent = new HashSet<>(orderIds);
        Map<String, Integer> count = new HashMap<>();
        long lastFirst = 0;
        int extra = 0;
        for (Effect effect : effects) {
            if (!sent.contains(effect.orderId())) {
                extra++;
            } else if (count.merge(effect.orderId(), 1, Integer::sum) == 1) {
                lastFirst = Math.max(lastFirst, effect.atMillis());
            } else {
                extra++;
            }
        }
        int repeated = (int) count.values().stream().filter(each -> each > 1).count();
        return new Outcome(sent.size(), sent.size() - count.size(), repeated, extra, lastFirst);
    }

    int done() {
        return orders - lost;
    }

    boolean isExact() {
        return lost == 0 && repeated == 0 && extraEffects == 0;
    }
}
