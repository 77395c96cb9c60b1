package io.github.exactlyonce.inventory;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.Range;
import io.lettuce.core.RedisBusyException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XAddArgs;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Redis is killed inside a script, at the worst moment: all its writes are made, and it has not ended. A script is one
 * transaction of the append-only file, so nothing of it may be left; and all of it, once it has ended.
 */
class RedisKilledInsideScriptTest {

    private static final Duration DEADLINE = Duration.ofSeconds(20);

    /** A script that has done everything and never ends. */
    private static final String UNENDED =
            "local function script()\n%s\nend\nlocal answer = script()\nwhile true do end";

    private static final String NEVER = "4102444800000";
    private static final String RETENTION = "60000";

    /** The score of a job that is claimed for the first time, and its token. */
    private static final String LEASE = "4102444800000.0009765625";

    private static final String OWNER = "inventory-1/attempt1";

    private static final RedisProcess REDIS =
            RedisProcess.start("--appendonly", "yes", "--appendfsync", "always", "--lua-time-limit", "1");
    private static final RedisClient CLIENT = RedisClient.create(REDIS.url());

    static {
        // Else the script that never ends would be sent again after the restart.
        CLIENT.setOptions(ClientOptions.builder().autoReconnect(false).build());
    }

    private StatefulRedisConnection<String, String> connection;
    private RedisCommands<String, String> redis;

    static Stream<Run> allOrNothing() {
        return Stream.of(
                new Run("place-order", redis -> {}, placeOrder("announce", "")),
                new Run("place-order", redis -> {}, placeOrder("announce", NEVER)),
                new Run("place-order", redis -> placedOrder(redis, "SCHEDULED"), placeOrder("release", "")),
                new Run(
                        "commit-order",
                        redis -> {
                            placedOrder(redis, "PLACED");
                            redis.hset(RedisKeys.stock(MAIN), "001", "10");
                        },
                        commitOrder()),
                new Run("cancel-order", redis -> placedOrder(redis, "PLACED"), cancelOrder()),
                new Run("cancel-order", redis -> placedOrder(redis, "SCHEDULED"), cancelOrder()),
                new Run(
                        "cancel-order",
                        redis -> {
                            order(redis, "CONFIRMED");
                            redis.pexpire(RedisKeys.order(MAIN, "29"), 60_000);
                        },
                        cancelOrder()),
                new Run("commit-order", redis -> placedOrder(redis, "CANCELLED"), commitOrder()),
                new Run(
                        "commit-cancellation",
                        redis -> {
                            order(redis, "CANCELLING");
                            redis.zadd(RedisKeys.jobs(MAIN), 1, "cancel 29");
                            redis.hset(RedisKeys.stock(MAIN), "001", "8");
                        },
                        onStock().with("29", OWNER, RETENTION, 1000, RedisKeys.inventoryUpdates(MAIN))),
                new Run(
                        "finish-jobs around change-stock",
                        redis -> job(redis, "restock 7 001 5"),
                        ScriptCall.on(
                                        RedisKeys.jobs(MAIN),
                                        RedisKeys.recurring(MAIN),
                                        RedisKeys.stock(MAIN),
                                        RedisKeys.ledger(MAIN),
                                        RedisKeys.job(MAIN, "7"),
                                        RedisKeys.restock(MAIN, "7"))
                                .with(
                                        RETENTION,
                                        2,
                                        1,
                                        3,
                                        3,
                                        "RESTOCKED",
                                        RETENTION,
                                        1000,
                                        "restock 7 001 5",
                                        LEASE,
                                        OWNER,
                                        "",
                                        "7",
                                        "001",
                                        "5")),
                new Run(
                        "finish-jobs around publish-message",
                        redis -> {
                            job(redis, "publish 7");
                            redis.hset(RedisKeys.recurring(MAIN), "publish 7", "UTC * * * * * *");
                        },
                        ScriptCall.on(
                                        RedisKeys.jobs(MAIN),
                                        RedisKeys.recurring(MAIN),
                                        RedisKeys.job(MAIN, "7"),
                                        RedisKeys.job(MAIN, "7"))
                                .with(RETENTION, 0, 1, 0, 0, "publish 7", LEASE, OWNER, NEVER)),
                new Run(
                        "bury-job",
                        redis -> job(redis, "publish 7"),
                        ScriptCall.on(
                                        RedisKeys.jobs(MAIN),
                                        RedisKeys.deadLetters(MAIN),
                                        RedisKeys.job(MAIN, "7"),
                                        RedisKeys.recurring(MAIN))
                                .with("publish 7", LEASE, "", "mailbox full", "inventory-1", 1000, RETENTION)),
                new Run(
                        "replay-job",
                        redis -> {
                            redis.hset(RedisKeys.job(MAIN, "7"), Map.of("work", "publish 7", "status", "DEAD"));
                            redis.xadd(RedisKeys.deadLetters(MAIN), new XAddArgs().id("1-1"), "payload", "publish 7");
                        },
                        ScriptCall.on(RedisKeys.deadLetters(MAIN), RedisKeys.jobs(MAIN), RedisKeys.job(MAIN, "7"))
                                .with("1-1", "publish 7", RedisKeys.jobUpdates(MAIN))),
                new Run(
                        "schedule-job",
                        redis -> {},
                        ScriptCall.on(RedisKeys.jobs(MAIN), RedisKeys.job(MAIN, "7"), RedisKeys.recurring(MAIN))
                                .with(
                                        "publish 7",
                                        "at",
                                        NEVER,
                                        "9e15",
                                        "cron",
                                        "UTC * * * * * *",
                                        RedisKeys.jobUpdates(MAIN),
                                        "channel",
                                        "emails")),
                new Run(
                        "move-job",
                        redis -> job(redis, "publish 7"),
                        ScriptCall.on(RedisKeys.jobs(MAIN), RedisKeys.job(MAIN, "7"), RedisKeys.recurring(MAIN))
                                .with("order 7", "at", NEVER, "9e15", OWNER, RedisKeys.jobUpdates(MAIN))),
                new Run(
                        "cancel-job",
                        redis -> {
                            job(redis, "publish 7");
                            redis.hset(RedisKeys.recurring(MAIN), "publish 7", "UTC * * * * * *");
                        },
                        ScriptCall.on(RedisKeys.jobs(MAIN), RedisKeys.job(MAIN, "7"), RedisKeys.recurring(MAIN))
                                .with("order 7", RETENTION)));
    }

    @BeforeEach
    void emptyRedis() {
        connect();
        redis.flushall();
    }

    @AfterEach
    void disconnect() {
        connection.close();
    }

    @AfterAll
    static void end() {
        CLIENT.shutdown();
        REDIS.close();
    }

    @ParameterizedTest
    @MethodSource
    void allOrNothing(Run run) {
        run.before.accept(redis);
        Map<String, Object> before = everything();

        sendUnended(run);
        killAndRestart();
        assertThat(everything()).as("killed inside it").isEqualTo(before);

        redis.eval(run.body(), ScriptOutputType.MULTI, run.keys(), run.arguments());
        Map<String, Object> after = everything();
        assertThat(after).as("it does something").isNotEqualTo(before);
        killAndRestart();
        assertThat(everything()).as("killed after it").isEqualTo(after);
    }

    /** Returns when Redis says that a script keeps it busy: that is not before the loop at its end. */
    private void sendUnended(Run run) {
        try (StatefulRedisConnection<String, String> other = CLIENT.connect()) {
            connection.async().eval(UNENDED.formatted(run.body()), ScriptOutputType.MULTI, run.keys(), run.arguments());
            await().atMost(DEADLINE).pollInterval(Duration.ofMillis(5)).until(() -> isBusy(other.sync()));
        }
    }

    private static boolean isBusy(RedisCommands<String, String> redis) {
        try {
            redis.ping();
            return false;
        } catch (RedisBusyException e) {
            return true;
        }
    }

    private void killAndRestart() {
        connection.close();
        REDIS.restart();
        connect();
    }

    private void connect() {
        connection = CLIENT.connect();
        redis = connection.sync();
    }

    /** What each key holds, and whether it expires. */
    private Map<String, Object> everything() {
        Map<String, Object> everything = new TreeMap<>();
        for (String key : redis.keys("*")) {
            everything.put(key, content(key));
            everything.put(key + " expires", redis.pttl(key) >= 0);
        }
        return everything;
    }

    private Object content(String key) {
        return switch (redis.type(key)) {
            case "hash" -> redis.hgetall(key);
            case "zset" -> redis.zrangeWithScores(key, 0, -1);
            case "stream" -> redis.xrange(key, Range.unbounded()).toString();
            default -> redis.get(key);
        };
    }

    private static ScriptCall placeOrder(String mode, String scheduledFor) {
        return ScriptCall.on(RedisKeys.order(MAIN, "29"), RedisKeys.jobs(MAIN))
                .with(
                        mode,
                        "29",
                        1,
                        RedisKeys.orderUpdates(MAIN),
                        RedisKeys.jobUpdates(MAIN),
                        "001=2",
                        "",
                        scheduledFor,
                        "");
    }

    private static ScriptCall cancelOrder() {
        return ScriptCall.on(RedisKeys.order(MAIN, "29"), RedisKeys.jobs(MAIN))
                .with("29", 1, RedisKeys.orderUpdates(MAIN), "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    }

    private static ScriptCall commitOrder() {
        return onStock().with("29", OWNER, "", "", RETENTION, 1000, RedisKeys.inventoryUpdates(MAIN));
    }

    private static ScriptCall onStock() {
        return ScriptCall.on(
                RedisKeys.order(MAIN, "29"), RedisKeys.jobs(MAIN), RedisKeys.stock(MAIN), RedisKeys.ledger(MAIN));
    }

    private static void placedOrder(RedisCommands<String, String> redis, String status) {
        order(redis, status);
        redis.zadd(RedisKeys.jobs(MAIN), 1, "order 29");
    }

    private static void order(RedisCommands<String, String> redis, String status) {
        redis.hset(
                RedisKeys.order(MAIN, "29"),
                Map.of("status", status, "items", "001=2", "placedAt", "1", "scheduledFor", "1"));
    }

    /** Claimed, with a record. */
    private static void job(RedisCommands<String, String> redis, String member) {
        redis.zadd(RedisKeys.jobs(MAIN), Double.parseDouble(LEASE), member);
        redis.hset(
                RedisKeys.job(MAIN, "7"),
                Map.of("work", member, "status", "SCHEDULED", "channel", "emails", "message", "email user 1"));
    }

    /**
     * @param script its name; of one that is put into another, both
     * @param before writes what it finds
     */
    record Run(String script, Consumer<RedisCommands<String, String>> before, ScriptCall call) {

        String body() {
            String[] names = script.split(" around ");
            LuaScript outer = LuaScript.returningList(names[0] + ".lua");
            return (names.length == 1 ? outer : outer.around(names[1] + ".lua")).body();
        }

        String[] keys() {
            return call.keys().toArray(String[]::new);
        }

        String[] arguments() {
            return call.arguments().toArray(String[]::new);
        }

        @Override
        public String toString() {
            return script;
        }
    }
}
