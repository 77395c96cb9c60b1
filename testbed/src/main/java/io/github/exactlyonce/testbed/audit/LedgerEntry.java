package io.github.exactlyonce.testbed.audit;

import io.lettuce.core.StreamMessage;
import java.util.Map;
import java.util.TreeMap;

/**
 * One effect, as the ledger remembers it.
 *
 * @param at the entry's id in the stream: its time, and its place in the order of all effects
 * @param effect {@code CONFIRMED}, {@code REJECTED}, {@code CANCELLED}, {@code RESTOCKED} or {@code SET}
 * @param id of the order, or of the stock change
 * @param units SKU → units, negative if they were taken
 * @param levels SKU → units that there are from then on, if it set them
 * @param by owner token of who did it
 */
record LedgerEntry(String at, String effect, String id, Map<String, Long> units, Map<String, Long> levels, String by) {

    static LedgerEntry of(StreamMessage<String, String> message) {
        Map<String, String> fields = message.getBody();
        return new LedgerEntry(
                message.getId(),
                fields.get("effect"),
                fields.get("id"),
                unpack(fields.get("units")),
                unpack(fields.getOrDefault("set", "")),
                fields.get("by"));
    }

    boolean settlesAnOrder() {
        return effect.equals("CONFIRMED") || effect.equals("REJECTED") || effect.equals("CANCELLED") && units.isEmpty();
    }

    /** What a cancelled order had taken. */
    boolean returnsStock() {
        return effect.equals("CANCELLED") && !units.isEmpty();
    }

    /** When it happened, by Redis's clock, in Unix milliseconds. */
    long atMillis() {
        return Long.parseLong(at.substring(0, at.indexOf('-')));
    }

    /** Who did it, without the nonce. */
    String worker() {
        return by.substring(0, by.indexOf('/'));
    }

    private static Map<String, Long> unpack(String packed) {
        Map<String, Long> units = new TreeMap<>();
        for (String part : packed.split(",")) {
            int separator = part.indexOf('=');
            if (separator > 0) {
                units.merge(part.substring(0, separator), Long.parseLong(part.substring(separator + 1)), Long::sum);
            }
        }
        return units;
    }

    @Override
    public String toString() {
        return effect + " " + units + " by " + by + " at " + at;
    }
}
