package io.github.exactlyonce.contracts.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.Base16;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/** A pipeline with Lettuce's own settings, by which it sends a command again after a reconnect, and a primary with a replica. */
class WaitTest {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final Wait WAIT = Wait.forReplicas(1, Duration.ofSeconds(15));
    private static final Wait SHORT_WAIT = Wait.forReplicas(1, Duration.ofMillis(300));
    private static final LuaScript INCREMENT = script("return redis.call('INCR', KEYS[1])");

    private final RedisProcess primary = RedisProcess.start("--repl-diskless-sync-delay", "0");
    private final RedisProcess replica = RedisProcess.start("--replicaof", "127.0.0.1", String.valueOf(primary.port()));
    private final RedisClient client = RedisClient.create(primary.url());
    private final RedisCommands<String, String> redis = client.connect().sync();
    private final LettuceConnectionFactory factory = new LettuceConnectionFactory(
            new RedisStandaloneConfiguration("127.0.0.1", primary.port()),
            LettuceClientConfiguration.builder()
                    .commandTimeout(Duration.ofSeconds(2))
                    .build());
    private Pipeline pipeline;

    @BeforeEach
    void start() {
        factory.afterPropertiesSet();
        factory.start();
        pipeline = new Pipeline(factory);
        await().atMost(LIMIT).until(() -> redis.info("replication").contains("state=online"));
        assertThat(increment(WAIT, 1).get(0).isKept()).isTrue();
    }

    @AfterEach
    void stop() {
        pipeline.close();
        factory.destroy();
        client.shutdown();
        replica.close();
        primary.close();
    }

    @Test
    void manyCallsCostOneWait() {
        redis.configResetstat();

        List<Waited<Long>> results = increment(WAIT, 100);

        assertThat(results).allMatch(Waited::isKept);
        assertThat(results.get(99).answer().get()).isEqualTo(101);
        assertThat(redis.info("commandstats")).contains("cmdstat_wait:calls=1,");
    }

    @Test
    void whatNoReplicaHasInTimeIsAnsweredAndNotKept() {
        replica.freeze();

        Waited<Long> result = increment(SHORT_WAIT, 1).get(0);

        assertThat(result.answer().get()).isEqualTo(2);
        assertThat(result.kept()).isEqualTo(new Reply<>(false, null));
    }

    /** On the new connection nothing was written, so there any replica will do, and it may lead to another primary. */
    @Test
    void aWaitThatWasSentAgainOverANewConnectionSaysNothing() throws Exception {
        replica.freeze();
        Future<List<Waited<Long>>> results = CompletableFuture.supplyAsync(() -> increment(WAIT, 1));
        await().atMost(LIMIT).until(() -> waiting() == 1);

        redis.clientKill(addressOfTheWaiting());
        replica.thaw();

        Waited<Long> result = results.get(LIMIT.toSeconds(), TimeUnit.SECONDS).get(0);
        assertThat(result.answer().get()).isEqualTo(2);
        assertThat(result.kept().isFailure()).isTrue();
        assertThat(result.isKept()).isFalse();
    }

    /** The first wait, of a connection that has written nothing new, is over at once. */
    @Test
    void aScriptThatRedisHasLostIsSentAgainWithAWaitOfItsOwn() {
        redis.scriptFlush();
        replica.freeze();

        Waited<Long> result = increment(SHORT_WAIT, 1).get(0);

        assertThat(result.answer().get()).isEqualTo(2);
        assertThat(result.isKept()).isFalse();
    }

    @Test
    void answersAreHeardBeforeTheWaitIsOver() throws Exception {
        replica.freeze();
        CountDownLatch heard = new CountDownLatch(1);

        Future<?> results = CompletableFuture.supplyAsync(
                () -> pipeline.<Long>evalAll(INCREMENT, calls(1), WAIT, (place, answer) -> heard.countDown()));

        assertThat(heard.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
        assertThat(results.isDone()).isFalse();
        replica.thaw();
        results.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
    }

    @Test
    void aRedisThatIsAwayAnswersNothing() {
        primary.kill();

        assertThat(increment(SHORT_WAIT, 3))
                .hasSize(3)
                .allMatch(result -> result.answer().isFailure() && !result.isKept());
    }

    private List<Waited<Long>> increment(Wait wait, int calls) {
        return pipeline.evalAll(INCREMENT, calls(calls), wait, (place, answer) -> {});
    }

    private static List<ScriptCall> calls(int count) {
        return IntStream.range(0, count).mapToObj(i -> ScriptCall.on("n")).toList();
    }

    private long waiting() {
        return clients().filter(line -> line.contains(" flags=b ")).count();
    }

    private String addressOfTheWaiting() {
        return clients()
                .filter(line -> line.contains(" flags=b "))
                .flatMap(line -> Arrays.stream(line.split(" ")))
                .filter(field -> field.startsWith("addr="))
                .map(field -> field.substring("addr=".length()))
                .findFirst()
                .orElseThrow();
    }

    private Stream<String> clients() {
        return redis.clientList().lines();
    }

    private static LuaScript script(String body) {
        return new LuaScript(body, Base16.digest(body.getBytes(StandardCharsets.UTF_8)), ScriptOutputType.INTEGER);
    }
}
