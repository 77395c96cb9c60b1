package io.github.exactlyonce.inventory.interleavings;

import io.lettuce.core.SetArgs;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.protocol.CommandArgs;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One command on its way to Redis: the call of Lettuce's asynchronous interface that the service made, with its arguments as
 * it gave them.
 */
record Command(Method method, @Nullable Object[] arguments) {

    /** As if the service had written other texts; keys and script hashes are texts too. */
    Command withTexts(UnaryOperator<String> change) {
        return new Command(method, (Object[]) changed(arguments, change));
    }

    /** The texts among the arguments, in their order. */
    List<String> texts() {
        List<String> texts = new ArrayList<>();
        withTexts(text -> {
            texts.add(text);
            return text;
        });
        return texts;
    }

    boolean isScript() {
        return method.getName().startsWith("eval");
    }

    boolean isScriptByHash() {
        return method.getName().equals("evalsha");
    }

    /**
     * Redis has lost its scripts when it arrives. What the replica sees of it is Redis's answer that it does not know this
     * hash, so a hash that it does not know is as good as losing them, and cheaper.
     */
    Command withUnknownScript() {
        return withTexts(text -> text.equals(arguments[0]) ? "0".repeat(40) : text);
    }

    boolean isOf(String script) {
        return isScript() && script.equals(Scripts.nameOf(texts().get(0)));
    }

    /** For a person, one short line. */
    @Override
    public String toString() {
        List<String> texts = texts();
        if (!isScript()) {
            return method.getName().toUpperCase() + " " + String.join(" ", texts) + options();
        }
        String subject = texts.stream()
                .skip(1)
                .filter(text -> text.indexOf(' ') > 0)
                .findFirst()
                .orElse(texts.get(1));
        return Scripts.nameOf(texts.get(0)) + (isScriptByHash() ? "" : " (with its text)") + ", " + subject;
    }

    private String options() {
        for (Object argument : arguments) {
            if (argument instanceof Number) {
                return " " + argument;
            }
            if (argument instanceof SetArgs options) {
                CommandArgs<String, String> written = new CommandArgs<>(StringCodec.UTF8);
                options.build(written);
                return " " + written.toCommandString();
            }
        }
        return "";
    }

    private static @Nullable Object changed(@Nullable Object argument, UnaryOperator<String> change) {
        if (argument instanceof String text) {
            return change.apply(text);
        }
        if (argument instanceof Object[] several) {
            Object[] copy = Arrays.copyOf(several, several.length);
            for (int i = 0; i < copy.length; i++) {
                copy[i] = changed(copy[i], change);
            }
            return copy;
        }
        return argument;
    }
}
