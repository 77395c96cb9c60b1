package io.github.exactlyonce.inventory;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.api.AsyncApi;
import io.github.exactlyonce.contracts.api.OpenApi;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.lettuce.core.RedisClient;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.data.domain.Range;
import org.springframework.data.redis.connection.stream.MapRecord;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** The whole service on a real Redis, emptied before each test. Due jobs are looked for, and audits are
 * made, only when a test says so. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "inventory.replica=inventory-1",
            "inventory.lock.ttl=3s", // longer than a busy machine needs for two steps of a test; one waits for its end
            "inventory.subscription.probe-interval=100ms",
            "inventory.subscription.probe-timeout=1s",
            "inventory.audit.interval=1d",
            "jobs.poll-interval=1h",
            "jobs.lease=1s", // likewise
            "jobs.max-attempts=3",
            "jobs.backoff.max=1ms"
        })
public abstract class WithRedis {

    protected static final RedisProcess REDIS = RedisProcess.start();
    protected static final Duration DEADLINE = Duration.ofSeconds(20);

    private static final LuaScript PLACE_ORDER = LuaScript.returningList("place-order.lua");

    private static final LuaScript CANCEL_ORDER = LuaScript.returningList("cancel-order.lua");

    /** Which every answer is held against. Shared by all tests, so that it can say what none of them saw. */
    protected static final OpenApi API =
            new OpenApi(path -> path.matches("/(?:actuator|docs)(?:/.*)?|/(?:openapi|asyncapi)\\.yaml"));

    /** Which every outcome is held against that a replica publishes. */
    protected static final AsyncApi MESSAGES = new AsyncApi();

    private static final Queue<String> OUTCOMES = new ConcurrentLinkedQueue<>();

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    static { // once for all tests; Lettuce comes back after a test that kills Redis
        StatefulRedisPubSubConnection<String, String> subscription =
                RedisClient.create(REDIS.url()).connectPubSub();
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String pattern, String channel, String message) {
                if (message.startsWith("{")) { // and is no mark of a test's own
                    OUTCOMES.add(message);
                }
            }
        });
        subscription.sync().psubscribe(RedisKeys.inventoryUpdates(MAIN) + "*");
    }

    @LocalServerPort
    private int port;

    @Autowired
    protected StringRedisTemplate redis;

    @Autowired
    private Pipelines pipelines;

    /** For the thread of the test. */
    protected Pipeline pipeline;

    @DynamicPropertySource
    static void redisPort(DynamicPropertyRegistry registry) {
        registry.add("spring.data.redis.port", REDIS::port);
    }

    @BeforeEach
    void emptyRedis() {
        redis.execute((RedisCallback<Object>) connection -> {
            connection.serverCommands().flushAll();
            return null;
        });
        pipeline = pipelines.open();
    }

    @AfterEach
    void closePipeline() {
        pipeline.close();
    }

    /** What comes later is for the next test. */
    @AfterEach
    void theOutcomesAreAsDocumented() {
        for (String message = OUTCOMES.poll(); message != null; message = OUTCOMES.poll()) {
            MESSAGES.check(RedisKeys.inventoryUpdates(MAIN), message);
        }
    }

    protected Pipeline openPipeline() {
        return pipelines.open();
    }

    /** As the order service does, but without its message. */
    protected void place(String id, OrderItems items, Duration grace) {
        placeOrder("record", id, grace, items.packed(), "", "");
    }

    /**
     * Runs {@code place-order.lua}.
     *
     * @param more items, orderId, scheduledFor and, if it is traced, traceparent; a release needs none of them
     */
    protected List<Object> placeOrder(String mode, String id, Duration grace, String... more) {
        List<Object> arguments = new ArrayList<>(
                List.of(mode, id, grace.toMillis(), RedisKeys.orderUpdates(MAIN), RedisKeys.jobUpdates(MAIN)));
        arguments.addAll(List.of(more));
        return pipeline.<List<Object>>eval(
                        PLACE_ORDER,
                        ScriptCall.on(RedisKeys.order(MAIN, id), RedisKeys.jobs(MAIN))
                                .with(arguments.toArray()))
                .get();
    }

    /**
     * As the order service does.
     *
     * @param channel of the message
     */
    protected void cancelOrder(String id, Duration grace, String channel) {
        pipeline.<List<Object>>eval(
                        CANCEL_ORDER,
                        ScriptCall.on(RedisKeys.order(MAIN, id), RedisKeys.jobs(MAIN))
                                .with(id, grace.toMillis(), channel, ""))
                .require();
    }

    protected OrderRecord order(String id) {
        Map<String, String> fields = redis.<String, String>opsForHash().entries(RedisKeys.order(MAIN, id));
        return OrderRecord.of(MAIN, id, fields);
    }

    protected void stock(String sku, long units) {
        redis.opsForHash().put(RedisKeys.stock(MAIN), sku, String.valueOf(units));
    }

    protected long stock(String sku) {
        return Long.parseLong((String) redis.opsForHash().get(RedisKeys.stock(MAIN), sku));
    }

    /** In Unix milliseconds. */
    protected long redisNow() {
        return redis.execute(
                (RedisCallback<Long>) connection -> connection.serverCommands().time());
    }

    protected boolean hasJob(String member) {
        return redis.opsForZSet().score(RedisKeys.jobs(MAIN), member) != null;
    }

    /** The fields of all entries, oldest first. */
    protected List<Map<Object, Object>> stream(String key) {
        return redis.opsForStream().range(key, Range.unbounded()).stream()
                .map(MapRecord::getValue)
                .toList();
    }

    protected List<Map<Object, Object>> ledger() {
        return stream(RedisKeys.ledger(MAIN));
    }

    protected List<Map<Object, Object>> deadLetters() {
        return stream(RedisKeys.deadLetters(MAIN));
    }

    protected long subscribers(String channel) {
        return pipeline.<String, Map<String, Long>>sendAll(
                        List.of(channel), (commands, name) -> commands.pubsubNumsub(name))
                .get(0)
                .get()
                .get(channel);
    }

    protected void configure(String parameter, String value) {
        redis.execute((RedisCallback<Object>) connection -> {
            connection.serverCommands().setConfig(parameter, value);
            return null;
        });
    }

    protected HttpResponse<String> get(String path) {
        return send("GET", path, null);
    }

    /** The answers to so many calls, each from a thread of its own. */
    protected static <T> List<T> atOnce(int calls, Callable<T> call) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(calls);
        try {
            List<T> answers = new ArrayList<>();
            for (Future<T> answer : threads.invokeAll(Collections.nCopies(calls, call))) {
                answers.add(answer.get());
            }
            return answers;
        } finally {
            threads.shutdown();
        }
    }

    /**
     * @param json the body; null for none
     * @param headers names and values of those that are to be there, or not to be as usual
     */
    protected HttpResponse<String> send(String method, String path, @Nullable String json, String... headers) {
        HttpRequest.BodyPublisher body =
                json == null ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(json);
        HttpRequest.Builder builder = HttpRequest.newBuilder(URI.create("http://localhost:" + port + path))
                .method(method, body)
                .header("Content-Type", "application/json")
                .timeout(DEADLINE);
        for (int i = 0; i < headers.length; i += 2) {
            builder.setHeader(headers[i], headers[i + 1]);
        }
        HttpRequest request = builder.build();
        try {
            HttpResponse<String> answer = HTTP.send(request, HttpResponse.BodyHandlers.ofString());
            API.check(method, request.uri(), json, answer.statusCode(), answer.headers(), answer.body());
            return answer;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
