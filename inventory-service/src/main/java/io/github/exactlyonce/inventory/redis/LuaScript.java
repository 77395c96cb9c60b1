package io.github.exactlyonce.inventory.redis;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import org.springframework.util.Assert;

/**
 * A script of {@code META-INF/scripts}, with the SHA-1 by which Redis knows it.
 *
 * @param output {@code INTEGER} for scripts that return a number, {@code MULTI} for lists
 */
public record LuaScript(String body, String sha1, ScriptOutputType output) {

    public static LuaScript returningNumber(String file) {
        return load(file, ScriptOutputType.INTEGER);
    }

    public static LuaScript returningList(String file) {
        return load(file, ScriptOutputType.MULTI);
    }

    private static LuaScript load(String file, ScriptOutputType output) {
        try (InputStream in = LuaScript.class.getResourceAsStream("/META-INF/scripts/" + file)) {
            Assert.state(in != null, () -> "no script " + file);
            byte[] body = in.readAllBytes();
            return new LuaScript(new String(body, StandardCharsets.UTF_8), Base16.digest(body), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
