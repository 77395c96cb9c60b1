package io.github.exactlyonce.testbed.proxy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.protocol.ProtocolVersion;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import io.lettuce.core.pubsub.StatefulRedisPubSubConnection;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Each failure with a real client and a real Redis. */
class RedisProxyTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(300);
    private static final String HINTS = "hints";
    private static final String OTHERS = "others";

    private final RedisProcess redis = RedisProcess.start();
    private final RedisProxy proxy = RedisProxy.start(redis.port(), List.of(HINTS));
    private final RedisClient client = RedisClient.create();
    private final StatefulRedisConnection<String, String> direct = client.connect(RedisURI.create(redis.url()));
    private final List<String> heard = new CopyOnWriteArrayList<>();

    @AfterEach
    void close() {
        client.shutdown();
        proxy.close();
        redis.close();
    }

    @Test
    void itPassesOnWhatItIsSentHoweverLong() {
        String text = "x".repeat(1_000_000);

        connect().sync().set("key", text);

        assertThat(connect().sync().get("key")).isEqualTo(text);
    }

    @Test
    void aCutBreaksConnectionsAndLetsNoneInUntilItHeals() {
        withoutReconnect();
        StatefulRedisConnection<String, String> connection = connect();

        proxy.cut();

        await().atMost(PATIENCE).until(() -> !connection.isOpen());
        assertThatThrownBy(this::connect).isInstanceOf(RedisException.class);
        proxy.heal();
        assertThat(connect().sync().ping()).isEqualTo("PONG");
    }

    @Test
    void inAStallNothingIsAnsweredAndWhatWasSentArrivesAfterIt() {
        StatefulRedisConnection<String, String> connection = connect();

        proxy.stall();
        RedisFuture<String> late = connection.async().set("late", "yes");
        connection.setTimeout(SHORT);
        assertThatThrownBy(() -> connection.sync().ping()).isInstanceOf(RedisCommandTimeoutException.class);
        assertThat(connection.isOpen()).isTrue();
        assertThat(direct.sync().get("late")).isNull();
        proxy.heal();

        await().atMost(PATIENCE).until(() -> "yes".equals(direct.sync().get("late")));
        await().atMost(PATIENCE).until(late::isDone);
    }

    @Test
    void aDelayHoldsAnswersUp() {
        StatefulRedisConnection<String, String> connection = connect();
        proxy.delay(SHORT);

        long start = System.nanoTime();
        connection.sync().ping();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(SHORT);
    }

    @Test
    void aConnectionBreaksInTheMiddleOfAnAnswerWhoseCommandWasRun() {
        withoutReconnect();
        StatefulRedisConnection<String, String> connection = connect();
        proxy.breakOffAfter(1);

        assertThatThrownBy(() -> connection.sync().incr("count")).isInstanceOf(RedisException.class);

        assertThat(direct.sync().get("count")).isEqualTo("1");
        proxy.heal();
        assertThat(connect().sync().ping()).isEqualTo("PONG");
    }

    @ParameterizedTest
    @EnumSource(
            value = ProtocolVersion.class,
            names = {"RESP2", "RESP3"})
    void hintsAreLostAndNothingElseOnTheSameConnection(ProtocolVersion protocol) {
        subscribe(protocol);
        proxy.loseHints(1);
        publish(HINTS, "lost");
        publish(OTHERS, "heard");
        awaitHeard("others heard");

        proxy.heal();
        publish(HINTS, "heard");
        awaitHeard("others heard", "hints heard");
        assertThat(proxy.lostHints()).isEqualTo(1);
    }

    @Test
    void aShareOfTheHintsIsLost() {
        subscribe(ProtocolVersion.RESP3);
        proxy.loseHints(0.5);
        IntStream.range(0, 1_000).forEach(i -> publish(HINTS, "hint " + i));
        publish(OTHERS, "end");

        await().atMost(PATIENCE).until(() -> heard.contains("others end"));
        assertThat(heard).hasSizeBetween(400, 600);
        assertThat(proxy.lostHints()).isEqualTo(1_001 - heard.size());
    }

    @Test
    void hintsChangePlaces() {
        subscribe(ProtocolVersion.RESP3);
        proxy.swapHints();
        for (String text : List.of("1", "2", "3", "4")) {
            publish(HINTS, text);
        }

        awaitHeard("hints 2", "hints 1", "hints 4", "hints 3");
    }

    private void subscribe(ProtocolVersion protocol) {
        client.setOptions(ClientOptions.builder().protocolVersion(protocol).build());
        StatefulRedisPubSubConnection<String, String> subscription = client.connectPubSub(throughProxy());
        subscription.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                heard.add(channel + " " + message);
            }
        });
        subscription.sync().subscribe(HINTS, OTHERS);
    }

    private void publish(String channel, String message) {
        direct.sync().publish(channel, message);
    }

    private void awaitHeard(String... messages) {
        await().atMost(PATIENCE).untilAsserted(() -> assertThat(heard).containsExactly(messages));
    }

    private void withoutReconnect() {
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
    }

    private StatefulRedisConnection<String, String> connect() {
        return client.connect(throughProxy());
    }

    private RedisURI throughProxy() {
        return RedisURI.create("127.0.0.1", proxy.port());
    }
}
