package io.github.exactlyonce.testbed.bench;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What became of orders, one by one, from the ledger: in a sum, one that was lost and one that was done twice would cancel out.
 *
 * @param orders that were sent
 * @param lost without an effect
 * @param repeated orders with more than one
 * @param extraEffects those beyond the first ones, and those of orders of an earlier turn, which came late
 * @param lastFirstMillis when the last order got its first one, by Redis's clock; 0 if none did
 * @param wrong some of those of which the above speaks, {@value #NAMED} at most, each with what is wrong
 */
record Outcome(int orders, int lost, int repeated, int extraEffects, long lastFirstMillis, List<String> wrong) {

    private static final int NAMED = 5;

    static Outcome of(Collection<String> orderIds, Collection<Effect> effects) {
        Set<String> sent = new LinkedHashSet<>(orderIds);
        Map<String, Integer> count = new TreeMap<>();
        Map<String, Integer> late = new TreeMap<>();
        long lastFirst = 0;
        for (Effect effect : effects) {
            if (!sent.contains(effect.orderId())) {
                late.merge(effect.orderId(), 1, Integer::sum);
            } else if (count.merge(effect.orderId(), 1, Integer::sum) == 1) {
                lastFirst = Math.max(lastFirst, effect.atMillis());
            }
        }
        int repeated = (int) count.values().stream().filter(each -> each > 1).count();
        List<String> wrong = Stream.of(
                        sent.stream().filter(id -> !count.containsKey(id)).map(id -> id + " (lost)"),
                        count.entrySet().stream()
                                .filter(each -> each.getValue() > 1)
                                .map(each -> "%s (%d effects)".formatted(each.getKey(), each.getValue())),
                        late.keySet().stream().map(id -> id + " (an effect after its turn)"))
                .flatMap(each -> each)
                .limit(NAMED)
                .toList();
        return new Outcome(
                sent.size(), sent.size() - count.size(), repeated, effects.size() - count.size(), lastFirst, wrong);
    }

    int done() {
        return orders - lost;
    }

    boolean isExact() {
        return lost == 0 && repeated == 0 && extraEffects == 0;
    }
}
