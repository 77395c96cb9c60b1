package io.github.exactlyonce.contracts.redis;

import java.util.Arrays;
import java.util.List;

/** The keys and arguments of one run of a script. */
public record ScriptCall(List<String> keys, List<String> arguments) {

    public static ScriptCall on(String... keys) {
        return new ScriptCall(List.of(keys), List.of());
    }

    public ScriptCall with(Object... arguments) {
        return new ScriptCall(
                keys, Arrays.stream(arguments).map(String::valueOf).toList());
    }
}
