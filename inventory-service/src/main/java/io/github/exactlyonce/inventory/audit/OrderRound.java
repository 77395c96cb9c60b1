package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;

/**
 * Suspects orders of being settled without an entry in the ledger: {@code check-orders.lua}. Each audit looks at some of them, and
 * the next one goes on from there, on whichever replica.
 *
 * <p>Touches {@code audit:{main}}; reads {@code order:{main}:<id>}, {@code ledger:{main}}.
 */
@Component
final class OrderRound {

    /** Keys in one step: Redis answers nobody else meanwhile. */
    private static final int STEP = 200;

    private static final int MOST_STEPS = 50;

    private static final LuaScript CHECK_ORDERS = LuaScript.returningList("check-orders.lua");

    /** Goes on with the round, and not beyond its end. */
    Set<String> suspects(Pipeline pipeline, Deadline deadline) {
        Set<String> suspects = new LinkedHashSet<>();
        boolean ended = false;
        for (int i = 0; i < MOST_STEPS && !ended && !deadline.hasPassed(); i++) {
            List<Object> answer = check(pipeline, STEP, List.of());
            ended = (Long) answer.get(0) == 1;
            answer.stream().skip(1).forEach(id -> suspects.add((String) id));
        }
        return suspects;
    }

    /** @return which of these orders are settled, and have no entry about that time, which the ledger still covers */
    Set<String> stillSuspect(Pipeline pipeline, Collection<String> ids) {
        Set<String> suspects = new LinkedHashSet<>();
        List<String> all = new ArrayList<>(ids);
        for (int from = 0; from < all.size(); from += STEP) {
            check(pipeline, 0, all.subList(from, Math.min(from + STEP, all.size()))).stream()
                    .skip(1)
                    .forEach(id -> suspects.add((String) id));
        }
        return suspects;
    }

    private static List<Object> check(Pipeline pipeline, int step, List<String> ids) {
        Object[] arguments = Stream.concat(Stream.of(step), ids.stream()).toArray();
        return pipeline.<List<Object>>eval(
                        CHECK_ORDERS,
                        ScriptCall.on(RedisKeys.audit(), RedisKeys.ledger()).with(arguments))
                .require();
    }
}
