package io.github.exactlyonce.testbed.bench;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Orders that were sent before a replica was killed and had no effect {@link #SOON} after it: what the dead one kept from the living, and at most that, because
 * who is slow has not come to some of them yet.
 *
 * @param doneLater those of them that had one in the end
 * @param lastMillis from the kill to the last first effect of those; 0 if there are none
 */
record Left(int orders, int doneLater, long lastMillis) {

    /** In so much time the living have done what they know of, and no due job has come yet. */
    static final Duration SOON = Duration.ofSeconds(1);

    /**
     * A kill.
     *
     * @param sent how many orders there had been
     * @param atMillis by Redis's clock
     */
    record Kill(int sent, long atMillis) {}

    /** @param sent ids, in the order in which they were sent; each counts for the first kill after it */
    static Left by(List<Kill> kills, List<String> sent, Collection<Effect> effects) {
        Map<String, Long> firstEffect =
                effects.stream().collect(Collectors.toMap(Effect::orderId, Effect::atMillis, Math::min));
        int orders = 0;
        int doneLater = 0;
        long last = 0;
        int from = 0;
        for (Kill kill : kills) {
            for (String order : sent.subList(from, kill.sent)) {
                long effect = firstEffect.getOrDefault(order, Long.MAX_VALUE);
                if (effect > kill.atMillis + SOON.toMillis()) {
                    orders++;
                    doneLater += effect < Long.MAX_VALUE ? 1 : 0;
                    last = effect < Long.MAX_VALUE ? Math.max(last, effect - kill.atMillis) : last;
                }
            }
            from = kill.sent;
        }
        return new Left(orders, doneLater, last);
    }
}
