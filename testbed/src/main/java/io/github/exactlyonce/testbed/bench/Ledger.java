package io.github.exactlyonce.testbed.bench;

import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import io.lettuce.core.StreamMessage;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A contender's ledger, read bit by bit: one entry for each effect, with the order's id. */
final class Ledger {

    private static final int PAGE = 5_000;

    private final RedisCommands<String, String> redis;
    private final List<Effect> effects = new ArrayList<>();
    private final Set<String> orders = new HashSet<>();
    private String last = "0-0";

    Ledger(RedisCommands<String, String> redis) {
        this.redis = redis;
    }

    /** From here on. */
    void forget() {
        effects.clear();
        orders.clear();
    }

    /** Reads on to the end. */
    void read() {
        List<StreamMessage<String, String>> page;
        do {
            page = redis.xrange(
                    Contender.LEDGER,
                    Range.from(Range.Boundary.excluding(last), Range.Boundary.unbounded()),
                    Limit.from(PAGE));
            for (StreamMessage<String, String> entry : page) {
                last = entry.getId();
                effects.add(
                        new Effect(entry.getBody().get("id"), Long.parseLong(last.substring(0, last.indexOf('-')))));
                orders.add(entry.getBody().get("id"));
            }
        } while (page.size() == PAGE);
    }

    /** Those that were read. */
    List<Effect> effects() {
        return Collections.unmodifiableList(effects);
    }

    /** How many orders these are about. */
    int orders() {
        return orders.size();
    }
}
