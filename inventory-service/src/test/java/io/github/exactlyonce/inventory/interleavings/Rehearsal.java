package io.github.exactlyonce.inventory.interleavings;

import io.github.exactlyonce.contracts.redis.Pipeline;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.RedisCodec;
import io.lettuce.core.resource.ClientResources;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs the service's own code up to the first command whose answer is not known yet, and stops it there. What a replica does
 * next is a function of the answers that it has heard, so the answers are its state: to take it one command further, its
 * operation is run again from its beginning, with one answer more. No thread has to be stopped and none can be forgotten.
 *
 * <p>It stands where the network is: {@link Pipeline} and all above it are the service's, this is the Lettuce client under
 * it. Commands of one flush are handed on one by one, because Redis may run those of others in between.
 *
 * <p>The one thing that is no function of the answers are the nonces of owner tokens. They leave as numbers
 * ({@code inventory-1/m2.0}), the same in each run; the service only ever compares them in Redis.
 */
final class Rehearsal extends RedisClient {

    private static final Pattern FRESH_TOKEN = Pattern.compile("inventory-\\d/[0-9A-Za-z_-]{8}");

    private List<Answer> answers = List.of();
    private String tokens = "";
    private int answered;
    private final List<Sent> unflushed = new ArrayList<>();
    private final Map<String, String> named = new HashMap<>();

    Rehearsal(ClientResources resources) {
        super(resources, RedisURI.create("redis://never-connected"));
    }

    /**
     * @param tokens what the names of its owner tokens begin with
     * @return the command that is next; null if the operation has come to its end
     */
    @Nullable
    Command run(Operation operation, Pipeline pipeline, String tokens, List<Answer> answers) {
        this.answers = answers;
        this.tokens = tokens;
        answered = 0;
        unflushed.clear();
        named.clear();
        try (pipeline) {
            operation.run(pipeline);
            return null;
        } catch (Unanswered reached) {
            return reached.command;
        }
    }

    @Override
    @SuppressWarnings("unchecked")
    public <K, V> StatefulRedisConnection<K, V> connect(RedisCodec<K, V> codec) {
        return (StatefulRedisConnection<K, V>) proxy(StatefulRedisConnection.class, this::onConnection);
    }

    private @Nullable Object onConnection(Method method, @Nullable Object[] arguments) {
        return switch (method.getName()) {
            case "async" -> proxy(RedisAsyncCommands.class, this::send);
            case "getTimeout" -> Duration.ofDays(1);
            case "flushCommands" -> {
                flush();
                yield null;
            }
            case "setAutoFlushCommands", "close" -> null;
            default -> throw new UnsupportedOperationException(method.toString());
        };
    }

    private Object send(Method method, @Nullable Object[] arguments) {
        Sent sent = new Sent(new Command(method, arguments).withTexts(this::nameOfToken), new Answer.Arrived());
        unflushed.add(sent);
        return sent.future;
    }

    private void flush() {
        for (Sent sent : unflushed) {
            if (answered == answers.size()) {
                throw new Unanswered(sent.command);
            }
            Answer answer = answers.get(answered++);
            if (answer.failure() == null) {
                sent.future.complete(answer.value());
            } else {
                sent.future.completeExceptionally(answer.failure());
            }
        }
        unflushed.clear();
    }

    private String nameOfToken(String text) {
        return FRESH_TOKEN.matcher(text).matches() ? named.computeIfAbsent(text, any -> tokens + named.size()) : text;
    }

    private static <T> Object proxy(Class<T> type, Handler handler) {
        return Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (self, method, arguments) -> handler.handle(method, arguments));
    }

    private interface Handler {
        @Nullable
        Object handle(Method method, @Nullable Object[] arguments);
    }

    private record Sent(Command command, Answer.Arrived future) {}

    /** An Error, so that nothing on its way out takes it for a failed command. */
    private static final class Unanswered extends Error {
        private final transient Command command;

        Unanswered(Command command) {
            super(null, null, false, false);
            this.command = command;
        }
    }
}
