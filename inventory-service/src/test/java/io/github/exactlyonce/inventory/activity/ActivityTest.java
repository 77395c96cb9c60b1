package io.github.exactlyonce.inventory.activity;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.OrderItems;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.WithRedis;
import io.github.exactlyonce.inventory.processing.OrderHint;
import io.github.exactlyonce.inventory.processing.OrderProcessor;
import io.lettuce.core.RedisClient;
import io.lettuce.core.pubsub.RedisPubSubAdapter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ActivityTest extends WithRedis {

    private static final String END = "end";

    @Autowired
    private OrderProcessor processor;

    @Autowired
    private Activity activity;

    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>();
    private RedisClient listener;

    @BeforeEach
    void listen() {
        listener = RedisClient.create(REDIS.url());
        var connection = listener.connectPubSub();
        connection.addListener(new RedisPubSubAdapter<>() {
            @Override
            public void message(String channel, String message) {
                heard.add(message);
            }
        });
        connection.sync().subscribe(RedisKeys.REPLICA_ACTIVITY);
    }

    @AfterEach
    void forget() {
        redis.delete(RedisKeys.ACTIVITY_WATCHED);
        listener.shutdown();
    }

    @Test
    void nothingIsPublishedWhileNobodyWatches() throws InterruptedException {
        stopBeingWatched();
        settle("unseen", 10);
        activity.tick();

        redis.convertAndSend(RedisKeys.REPLICA_ACTIVITY, END);

        assertThat(next()).isEqualTo(END);
    }

    @Test
    void oneWhoBeginsToWatchIsNotToldOfTheOrdersBefore() throws InterruptedException {
        stopBeingWatched();
        settle("before", 1);

        watch();

        assertThat(json(next()).path("decisions")).isEmpty();
    }

    @Test
    void aReplicaWithNothingToDoSaysEachSecondThatItIsThere() throws InterruptedException {
        watch();

        JsonNode first = json(next());
        JsonNode second = json(next());

        assertThat(first.path("replica").asString()).isEqualTo("inventory-1");
        assertThat(second.path("run")).isEqualTo(first.path("run"));
        assertThat(second.path("upMs").asLong() - first.path("upMs").asLong()).isBetween(800L, DEADLINE.toMillis());
    }

    @Test
    void totalsCountEachDecisionHoweverFewAreShown() throws InterruptedException {
        watch();
        JsonNode before = json(next());

        settle("many", 500);

        List<JsonNode> messages = new ArrayList<>();
        long seen = 0;
        while (seen < 500) {
            JsonNode message = json(next());
            messages.add(message);
            seen += message.path("seen").asLong();
        }
        assertThat(seen).isEqualTo(500);
        JsonNode last = messages.get(messages.size() - 1);
        assertThat(total(last, "confirmed") - total(before, "confirmed")).isEqualTo(500);
        assertThat(total(last, "processed") - total(before, "processed")).isEqualTo(500);
        assertThat(messages)
                .allSatisfy(message -> assertThat(message.path("decisions")).hasSizeLessThanOrEqualTo(Sample.SIZE));
        assertThat(messages)
                .anySatisfy(message -> assertThat(message.path("decisions")).hasSize(Sample.SIZE));
    }

    @Test
    void anOrderThatIsFinishedForSomebodyElseIsToldAsRecovered() throws InterruptedException {
        watch();
        stock("001", 1);
        place("left", OrderItems.of(new OrderItem("001", 1)), Duration.ofSeconds(1));

        processor.process(pipeline, List.of(OrderHint.dueJob(MAIN, "left")));

        JsonNode message = json(next());
        while (message.path("decisions").isEmpty()) {
            message = json(next());
        }
        JsonNode decision = message.path("decisions").get(0);
        assertThat(decision.path("id").asString()).isEqualTo("left");
        assertThat(decision.path("decision").asString()).isEqualTo("processed");
        assertThat(decision.path("outcome").asString()).isEqualTo("confirmed");
        assertThat(decision.path("recovered").asBoolean()).isTrue();
        assertThat(decision.has("ageMs")).isTrue();
        assertThat(total(message, "recovered")).isPositive();
    }

    private void watch() {
        redis.opsForValue().set(RedisKeys.ACTIVITY_WATCHED, "1");
    }

    /** From the last test: emptying Redis took the key away, which is noticed within a second. */
    private void stopBeingWatched() {
        await().atMost(DEADLINE).until(() -> {
            heard.clear();
            return heard.poll(2 * Activity.LONGEST_PAUSE.toMillis(), TimeUnit.MILLISECONDS) == null;
        });
    }

    private void settle(String prefix, int orders) {
        stock("001", orders);
        OrderItems items = OrderItems.of(new OrderItem("001", 1));
        List<String> ids =
                IntStream.range(0, orders).mapToObj(i -> prefix + "-" + i).toList();
        ids.forEach(id -> place(id, items, Duration.ofMinutes(1)));
        processor.process(
                pipeline, ids.stream().map(id -> OrderHint.dueJob(MAIN, id)).toList());
    }

    private String next() throws InterruptedException {
        String message = heard.poll(DEADLINE.toSeconds(), TimeUnit.SECONDS);
        assertThat(message).as("a message within " + DEADLINE).isNotNull();
        return message;
    }

    private static JsonNode json(String message) {
        return JsonMapper.shared().readTree(message);
    }

    private static long total(JsonNode message, String what) {
        return message.path("totals").path(what).asLong();
    }
}
