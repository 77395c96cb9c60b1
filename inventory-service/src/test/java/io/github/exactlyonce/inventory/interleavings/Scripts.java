package io.github.exactlyonce.inventory.interleavings;

import io.github.exactlyonce.contracts.redis.LuaScript;
import io.lettuce.core.codec.Base16;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names and texts of the scripts that are run here, by the SHA-1 under which Redis knows them. */
final class Scripts {

    private static final Map<String, String> NAMES = new HashMap<>();
    private static final Map<String, String> BODIES = new HashMap<>();

    static {
        List.of(
                        "place-order",
                        "cancel-order",
                        "commit-order",
                        "commit-cancellation",
                        "release-lock",
                        "claim-jobs",
                        "reschedule-job",
                        "bury-job")
                .forEach(name ->
                        register(name, LuaScript.returningList(name + ".lua").body()));
        register(
                "finish-jobs",
                LuaScript.returningList("finish-jobs.lua")
                        .around("change-stock.lua")
                        .body());
    }

    private Scripts() {}

    private static void register(String name, String body) {
        String sha1 = Base16.digest(body.getBytes(StandardCharsets.UTF_8));
        NAMES.put(sha1, name);
        BODIES.put(sha1, body);
    }

    /** @param text a script's SHA-1 or its text */
    static String nameOf(String text) {
        return NAMES.getOrDefault(
                BODIES.containsKey(text) ? text : Base16.digest(text.getBytes(StandardCharsets.UTF_8)), "?");
    }

    static Map<String, String> bodies() {
        return Map.copyOf(BODIES);
    }
}
