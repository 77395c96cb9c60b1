package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.codec.Base16;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.util.Assert;

/**
 * A script of {@code META-INF/scripts}, with the SHA-1 by which Redis knows it. Where it says {@code --[[include units.lua]]} it
 * has the text of {@code include/units.lua}, which other scripts have too.
 *
 * @param output {@code INTEGER} for scripts that return a number, {@code MULTI} for lists
 */
public record LuaScript(String body, String sha1, ScriptOutputType output) {

    private static final String PLACE = "--[[effect]]";
    private static final Pattern INCLUDE = Pattern.compile("--\\[\\[include (\\S+)]]\n");

    public static LuaScript returningNumber(String file) {
        return load(file, ScriptOutputType.INTEGER);
    }

    public static LuaScript returningList(String file) {
        return load(file, ScriptOutputType.MULTI);
    }

    /** This script, with another one in the place that it marks. */
    public LuaScript around(String file) {
        Assert.state(body.contains(PLACE), "this script has no place for another one");
        return of(body.replace(PLACE, read(file)), output);
    }

    private static LuaScript load(String file, ScriptOutputType output) {
        return of(read(file), output);
    }

    private static LuaScript of(String body, ScriptOutputType output) {
        return new LuaScript(body, Base16.digest(body.getBytes(StandardCharsets.UTF_8)), output);
    }

    /**
     * The text of a script, with what it includes.
     *
     * @param file in {@code META-INF/scripts}
     * @param text of such a file
     */
    public static String whole(String file, UnaryOperator<String> text) {
        return INCLUDE.matcher(text.apply(file))
                .replaceAll(include -> Matcher.quoteReplacement(whole("include/" + include.group(1), text)));
    }

    /** The text of a file of {@code META-INF/scripts} on the class path, as it stands there. */
    public static String text(String file) {
        try (InputStream in = LuaScript.class.getResourceAsStream("/META-INF/scripts/" + file)) {
            Assert.state(in != null, () -> "no script " + file);
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(String file) {
        return whole(file, LuaScript::text);
    }
}
