package io.github.exactlyonce.inventory.interleavings;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.resource.ClientResources;
import java.lang.reflect.InvocationTargetException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.springframework.util.Assert;

/** A real Redis that can be set back to an image of itself. It is the checker's alone. */
final class RedisUnderTest {

    /** Returns all keys as {name, type, ms to live, DUMP, content}. */
    private static final String CAPTURE = """
            local names = redis.call('KEYS', '*')
            table.sort(names)
            local image = {}
            for i, name in ipairs(names) do
              local type = redis.call('TYPE', name).ok
              local content
              if type == 'hash' then content = redis.call('HGETALL', name)
              elseif type == 'zset' then content = redis.call('ZRANGE', name, 0, -1, 'WITHSCORES')
              elseif type == 'stream' then content = redis.call('XRANGE', name, '-', '+')
              else content = { redis.call('GET', name) } end
              image[i] = { name, type, redis.call('PTTL', name), redis.call('DUMP', name), content }
            end
            return image
            """;

    /** KEYS: names. ARGV: for each its ms to live and its DUMP. */
    private static final String RESTORE = """
            redis.call('FLUSHDB')
            for i, name in ipairs(KEYS) do
              redis.call('RESTORE', name, ARGV[2 * i - 1], ARGV[2 * i])
            end
            return #KEYS
            """;

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    private final StatefulRedisConnection<String, String> connection;
    private final RedisAsyncCommands<String, String> commands;
    private final Map<String, String> mutants = new HashMap<>();
    private String capture = "";
    private String restore = "";
    private long clock;

    RedisUnderTest(ClientResources resources) {
        RedisURI uri = RedisURI.create(RedisProcess.start().url()); // it ends with this JVM
        // One byte is one character, so that a DUMP is a string; all else is ASCII.
        connection = RedisClient.create(resources, uri).connect(new StringCodec(StandardCharsets.ISO_8859_1));
        connection.setAutoFlushCommands(false);
        commands = connection.async();
        loadScripts();
    }

    /** From now on it runs this in the place of the script. */
    void mutate(Mutation mutation) {
        Scripts.bodies().forEach((sha1, body) -> {
            if (Scripts.nameOf(sha1).equals(mutation.script())) {
                String mutant = mutation.appliedTo(body);
                mutants.put(sha1, require(commands.scriptLoad(mutant)));
                mutants.put(body, mutant);
            }
        });
        Assert.state(!mutants.isEmpty(), () -> "no script to put it into: " + mutation);
    }

    void mutateNothing() {
        mutants.clear();
    }

    /**
     * What each of these events would do to Redis as it is in an image. They are sent one after the other without waiting,
     * each after its image was put back, so all of them are one round trip.
     */
    List<Step.Outcome> outcomes(List<Question> questions) {
        List<RedisFuture<Long>> restored = new ArrayList<>();
        List<RedisFuture<?>> answers = new ArrayList<>();
        List<RedisFuture<List<Object>>> images = new ArrayList<>();
        questions.forEach(question -> awaitDue(question.image()));
        for (Question question : questions) {
            restored.add(putBack(question.image()));
            answers.add(send(question.event(), question.image()));
            images.add(commands.evalsha(capture, ScriptOutputType.MULTI));
        }
        connection.flushCommands();
        List<Step.Outcome> outcomes = new ArrayList<>();
        for (int i = 0; i < questions.size(); i++) {
            require(restored.get(i));
            outcomes.add(new Step.Outcome(await(answers.get(i)), RedisImage.of(require(images.get(i)))));
        }
        return outcomes;
    }

    /** What this event does to Redis as it is. */
    Step.Outcome outcome(RedisImage image, Step.Event event) {
        awaitDue(image);
        RedisFuture<?> answer = send(event, image);
        return new Step.Outcome(await(answer), capture());
    }

    private RedisFuture<?> send(Step.Event event, RedisImage image) {
        if (event instanceof Step.Arrival arrival) {
            String[] hidden = arrival.hidden().toArray(String[]::new);
            if (hidden.length > 0) {
                commands.zrem(RedisKeys.jobs(MAIN), hidden);
            }
            RedisFuture<?> answer = send(arrival.command());
            for (String job : hidden) { // the same number again, to the last bit
                commands.zadd(RedisKeys.jobs(MAIN), Double.parseDouble(image.score(RedisKeys.jobs(MAIN), job)), job);
            }
            return answer;
        }
        return commands.del(((Step.Expiry) event).lock());
    }

    private RedisFuture<?> send(Command command) {
        Command sent = mutants.isEmpty() ? command : command.withTexts(text -> mutants.getOrDefault(text, text));
        try {
            return (RedisFuture<?>) sent.method().invoke(commands, sent.arguments());
        } catch (InvocationTargetException | IllegalAccessException e) {
            throw new IllegalStateException("cannot be sent: " + command, e);
        }
    }

    private Answer await(RedisFuture<?> future) {
        if (!future.isDone()) {
            connection.flushCommands();
        }
        try {
            return new Answer(future.get(DEADLINE.toMillis(), TimeUnit.MILLISECONDS), null);
        } catch (ExecutionException e) {
            return new Answer(null, e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        } catch (TimeoutException e) {
            throw new IllegalStateException("Redis does not answer", e);
        }
    }

    @SuppressWarnings("unchecked")
    private <T> T require(RedisFuture<T> future) {
        Answer answer = await(future);
        if (answer.value() == null) {
            throw new IllegalStateException("not answered", answer.failure());
        }
        return (T) answer.value();
    }

    /** Empties it, writes this, and says what it holds then. */
    RedisImage begin(Map<String, Map<String, String>> hashes, List<String> jobs) {
        commands.flushdb();
        hashes.forEach(commands::hset);
        jobs.forEach(job -> commands.zadd(RedisKeys.jobs(MAIN), 1, job));
        return capture();
    }

    private RedisImage capture() {
        return RedisImage.of(require(commands.evalsha(capture, ScriptOutputType.MULTI)));
    }

    void restore(RedisImage image) {
        require(putBack(image));
    }

    private RedisFuture<Long> putBack(RedisImage image) {
        List<String> arguments = new ArrayList<>();
        image.keys().forEach((name, key) -> {
            arguments.add(String.valueOf(Math.max(0, key.millisToLive())));
            arguments.add(key.dump());
        });
        return commands.evalsha(
                restore,
                ScriptOutputType.INTEGER,
                image.keys().keySet().toArray(String[]::new),
                arguments.toArray(String[]::new));
    }

    /** Lets everything come due that this image says. Not a sleep: it looks at Redis's clock until that has moved on. */
    private void awaitDue(RedisImage image) {
        long millis = image.keys().keySet().stream()
                .filter(key -> key.startsWith("jobs:"))
                .mapToLong(image::highestScore)
                .max()
                .orElse(0);
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (clock <= millis) {
            if (System.nanoTime() > deadline) {
                throw new IllegalStateException("not due after " + DEADLINE + ": " + millis);
            }
            List<String> time = require(commands.time());
            clock = Long.parseLong(time.get(0)) * 1000 + Long.parseLong(time.get(1)) / 1000;
        }
    }

    /** What would this event do to Redis as it is in this image? */
    record Question(RedisImage image, Step.Event event) {}

    private void loadScripts() {
        Scripts.bodies().values().forEach(body -> require(commands.scriptLoad(body)));
        capture = require(commands.scriptLoad(CAPTURE));
        restore = require(commands.scriptLoad(RESTORE));
    }
}
