package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.audit.Ledger.Entry;
import java.util.Collection;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * Suspects orders of being settled without an entry in the ledger that says the same: {@code check-orders.lua}. Each audit looks at some of them, and
 * the next one goes on from there, on whichever replica. It goes over the keys of the other warehouses on the same node too.
 *
 * <p>Touches {@code audit:{main}}; reads {@code order:{main}:<id>}, {@code ledger:{main}}.
 */
final class OrderRound {

    /** Keys in one step: Redis answers nobody else meanwhile. */
    private static final int STEP = 50;

    private static final int MOST_STEPS = 200;

    /** After the clock of Redis went back, entries have not the times of their orders. So many of them are looked for once only. */
    private static final int MOST_CLEARED = 20_000;

    private static final LuaScript CHECK_ORDERS = LuaScript.returningList("check-orders.lua");

    private final Warehouse warehouse;
    private final Set<String> cleared = new LinkedHashSet<>();

    OrderRound(Warehouse warehouse) {
        this.warehouse = warehouse;
    }

    /** Goes on with the round, and not beyond its end. @return order, or {@code return of <order>} → what is wrong with it, or empty if its entry is not where it should be */
    Map<String, String> suspects(Pipeline pipeline, Deadline deadline) {
        Map<String, String> suspects = new LinkedHashMap<>();
        boolean ended = false;
        for (int i = 0; i < MOST_STEPS && !ended && !deadline.hasPassed(); i++) {
            List<Object> answer = check(pipeline, STEP, List.of());
            ended = (Long) answer.get(0) == 1;
            add(answer, suspects);
        }
        suspects.entrySet().removeIf(order -> order.getValue().isEmpty() && cleared.contains(order.getKey()));
        return suspects;
    }

    /** Their entries were found somewhere else: they need not be looked for at each round. */
    void clear(Collection<String> ids) {
        cleared.addAll(ids);
        Iterator<String> oldest = cleared.iterator();
        while (cleared.size() > MOST_CLEARED) {
            oldest.next();
            oldest.remove();
        }
    }

    /** @param ids as {@link #suspects} names them @return which of these orders are settled, and have no entry about that time, which the ledger still covers; as above */
    Map<String, String> stillSuspect(Pipeline pipeline, Collection<String> ids) {
        Map<String, String> suspects = new LinkedHashMap<>();
        List<String> all = ids.stream().map(Entry::orderOf).distinct().toList();
        for (int from = 0; from < all.size(); from += STEP) {
            add(check(pipeline, 0, all.subList(from, Math.min(from + STEP, all.size()))), suspects);
        }
        return suspects;
    }

    private static void add(List<Object> answer, Map<String, String> suspects) {
        for (int i = 1; i < answer.size(); i += 2) {
            suspects.put((String) answer.get(i), (String) answer.get(i + 1));
        }
    }

    private List<Object> check(Pipeline pipeline, int step, List<String> ids) {
        Object[] arguments = Stream.concat(Stream.of(step), ids.stream()).toArray();
        return pipeline.<List<Object>>eval(
                        CHECK_ORDERS,
                        ScriptCall.on(RedisKeys.audit(warehouse), RedisKeys.ledger(warehouse))
                                .with(arguments))
                .require();
    }
}
