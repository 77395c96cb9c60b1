package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import java.util.List;
import java.util.function.Function;

/**
 * The script that ends jobs and lets their effects happen in the same step: {@code finish-jobs.lua}, with the effect in the
 * place that it marks. What an effect may do is said there.
 *
 * @param sharedKeys the effect's first keys, the same for each job of a warehouse; all of them with its hash tag
 * @param sharedArguments the effect's first arguments, the same for each job
 */
public record EffectScript(
        LuaScript script, Function<Warehouse, List<String>> sharedKeys, List<String> sharedArguments) {

    private static final LuaScript FINISH_JOBS = LuaScript.returningList("finish-jobs.lua");

    /** For jobs whose effect is outside Redis: they just end. */
    static final EffectScript NONE = new EffectScript(FINISH_JOBS, warehouse -> List.of(), List.of());

    /** @param file of {@code META-INF/scripts} */
    public static EffectScript of(String file) {
        return new EffectScript(FINISH_JOBS.around(file), warehouse -> List.of(), List.of());
    }

    public EffectScript sharing(Function<Warehouse, List<String>> keys, List<String> arguments) {
        return new EffectScript(script, keys, arguments);
    }
}
