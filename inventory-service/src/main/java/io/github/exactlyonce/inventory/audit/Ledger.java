package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.Range.Boundary;
import io.lettuce.core.StreamMessage;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads {@code ledger:{main}}, a page at a time. */
class Ledger {

    static final int PAGE = 1000;

    /** More entries than these of one effect say nothing new. */
    private static final int MOST_PLACES = 3;

    private final Warehouse warehouse;

    Ledger(Warehouse warehouse) {
        this.warehouse = warehouse;
    }

    /** @param at only entries after this one; null from the start */
    List<Entry> after(Pipeline pipeline, @Nullable String at) {
        Range<String> range =
                Range.from(at == null ? Boundary.unbounded() : Boundary.excluding(at), Boundary.unbounded());
        return read(pipeline.sendAll(
                        List.of(range),
                        (redis, all) -> redis.xrange(RedisKeys.ledger(warehouse), all, Limit.from(PAGE)))
                .get(0)
                .require());
    }

    /** Newest first. @param at only entries before this one; null from the end */
    List<Entry> before(Pipeline pipeline, @Nullable String at) {
        Range<String> range =
                Range.from(Boundary.unbounded(), at == null ? Boundary.unbounded() : Boundary.excluding(at));
        return read(pipeline.sendAll(
                        List.of(range),
                        (redis, all) -> redis.xrevrange(RedisKeys.ledger(warehouse), all, Limit.from(PAGE)))
                .get(0)
                .require());
    }

    /** @return those of these entries that are there still */
    List<Entry> still(Pipeline pipeline, List<String> places) {
        List<Entry> found = new ArrayList<>();
        pipeline.sendAll(places, (redis, at) -> redis.xrange(RedisKeys.ledger(warehouse), Range.create(at, at)))
                .forEach(reply -> found.addAll(read(reply.require())));
        return found;
    }

    /**
     * Where in the ledger these effects are: one pass over all of it.
     *
     * @param effects as {@link Entry#effect()}
     * @return ids of entries, at most {@value #MOST_PLACES} of each effect; empty if there was no time to come to its end
     */
    Optional<Map<String, List<String>>> find(Pipeline pipeline, Set<String> effects, Deadline deadline) {
        Map<String, List<String>> places = new HashMap<>();
        String at = null;
        while (!deadline.hasPassed()) {
            List<Entry> page = after(pipeline, at);
            if (page.isEmpty()) {
                return Optional.of(places);
            }
            at = page.get(page.size() - 1).at();
            for (Entry entry : page) {
                if (entry.effect() != null && effects.contains(entry.effect())) {
                    List<String> known = places.computeIfAbsent(entry.effect(), effect -> new ArrayList<>());
                    if (known.size() < MOST_PLACES) {
                        known.add(entry.at());
                    }
                }
            }
        }
        return Optional.empty();
    }

    private static List<Entry> read(List<StreamMessage<String, String>> messages) {
        return messages.stream().map(Entry::of).toList();
    }

    /**
     * @param at its id in the stream
     * @param effect what must not happen twice, {@code order 29}, {@code return of 29} or {@code change r-7}; null if the entry does
     *     not say
     * @param by the owner token of who wrote it; empty if it does not say
     */
    record Entry(String at, @Nullable String effect, String by) {

        private static final Set<String> OF_ORDERS = Set.of("CONFIRMED", "REJECTED");

        /** With units, what an order had taken has returned; without, it was settled as the cancelled one that it was. */
        private static final String OF_CANCELLED_ORDERS = "CANCELLED";

        private static final String RETURN_OF = "return of ";
        private static final Set<String> OF_CHANGES = Set.of("RESTOCKED", "SET");

        static Entry of(StreamMessage<String, String> message) {
            Map<String, String> fields = message.getBody();
            String name = fields.getOrDefault("effect", "");
            String id = fields.get("id");
            String effect = null;
            if (id != null && OF_ORDERS.contains(name)) {
                effect = ofOrder(id);
            } else if (id != null && name.equals(OF_CANCELLED_ORDERS)) {
                effect = fields.getOrDefault("units", "").isEmpty() ? ofOrder(id) : RETURN_OF + id;
            } else if (id != null && OF_CHANGES.contains(name)) {
                effect = "change " + id;
            }
            return new Entry(message.getId(), effect, fields.getOrDefault("by", ""));
        }

        /** When it was written, by Redis's clock. */
        long atMillis() {
            return Long.parseUnsignedLong(at.substring(0, at.indexOf('-')));
        }

        /** @param suspect of an order, as {@code check-orders.lua} names it: {@code 29} or {@code return of 29} */
        static String missing(String suspect) {
            return suspect.startsWith(RETURN_OF) ? suspect : ofOrder(suspect);
        }

        /** @param suspect as above */
        static String orderOf(String suspect) {
            return suspect.startsWith(RETURN_OF) ? suspect.substring(RETURN_OF.length()) : suspect;
        }

        private static String ofOrder(String id) {
            return "order " + id;
        }
    }
}
