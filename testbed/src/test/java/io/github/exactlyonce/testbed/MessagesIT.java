package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.OrderItem;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.bench.OurCommands;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.Decisions;
import io.github.exactlyonce.testbed.system.Decisions.Decision;
import io.lettuce.core.Range;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.StatefulRedisConnection;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What three replicas make of one message. */
@ExtendWith(SharedSystem.class)
class MessagesIT {

    @Test
    void oneReplicaLogsProcessedAndEachOtherSkipped(TestSystem system) {
        Decisions decisions = Decisions.from(system.replicas());
        Order order = Order.of("29", new OrderItem("001", 2), new OrderItem("002", 1));

        system.place(order);
        system.assertEachSettledOnce(List.of(order));

        assumeNobodyWasLate(system, "29");
        List<Decision> lines = decisions.of("29");
        assertThat(lines).extracting(Decision::decision).containsExactlyInAnyOrder("processed", "skipped", "skipped");
        assertThat(lines)
                .extracting(Decision::replica)
                .containsExactlyInAnyOrder("inventory-1", "inventory-2", "inventory-3");
        String settledBy = system.redis().hget(RedisKeys.order(MAIN, "29"), "settledBy");
        assertThat(lines)
                .filteredOn(line -> line.decision().equals("processed"))
                .allSatisfy(line -> assertThat(settledBy).startsWith(line.replica() + "/"));
    }

    @Test
    void anOrderCostsRedisTheCommandsThatTheBenchmarkTakesForIt(TestSystem system) {
        Order first = Order.of("28", new OrderItem("001", 1)); // after it, Redis knows the scripts
        Order order = Order.of("observed", new OrderItem("001", 2), new OrderItem("002", 1));
        placeAndAwaitAll(system, first);
        List<String> commands;
        try (RedisMonitor monitor = new RedisMonitor(system.redis())) {
            placeAndAwaitAll(system, order);
            commands = monitor.commandsWith(order.orderId());
        }

        assumeNobodyWasLate(system, order.orderId());
        assertThat(commands)
                .extracting(MessagesIT::withoutToken)
                .containsExactlyInAnyOrderElementsOf(commandsOfTheBenchmark(order));
        system.assertEachSettledOnce(List.of(first, order));
    }

    private static void placeAndAwaitAll(TestSystem system, Order order) {
        Decisions decisions = Decisions.from(system.replicas());
        system.place(order);
        await().atMost(TestSystem.PATIENCE)
                .until(() -> decisions.replicasThatDecided(order.orderId()) == TestSystem.REPLICAS);
    }

    /** On a Redis where nobody else is. */
    private static List<String> commandsOfTheBenchmark(Order order) {
        try (RedisProcess alone = RedisProcess.start();
                RedisClient client = RedisClient.create(alone.url())) {
            StatefulRedisConnection<String, String> connection = client.connect();
            OurCommands ours = OurCommands.load(connection.sync());
            try (RedisMonitor monitor = new RedisMonitor(connection.sync())) {
                ours.sendAll(connection.async(), order, TestSystem.REPLICAS);
                return monitor.commandsWith(order.orderId()).stream()
                        .map(MessagesIT::withoutToken)
                        .map(command ->
                                command.replace("\"" + OurCommands.LEDGER_LENGTH + "\"", "\"1000000\"")) // the default
                        .toList();
            }
        }
    }

    /** Of a replica: {@code inventory-2/x7Qa03_k}. */
    private static String withoutToken(String command) {
        return command.replaceAll("\"inventory-\\d/[^\"]+\"", "<token>");
    }

    @Test
    void aClientThatWaitsListensListsAndAsksSeesWhatTheReplicasDid(TestSystem system) throws Exception {
        HttpClient http = HttpClient.newHttpClient();
        Stream<String> lines = http.send(request(system, "/orders/stream").build(), BodyHandlers.ofLines())
                .body();
        CompletableFuture<String> streamed =
                CompletableFuture.supplyAsync(() -> lines.filter(line -> line.startsWith("data: {\"id\":\"33\""))
                        .findFirst()
                        .orElse("closed"));
        Order order = Order.of("33", new OrderItem("001", 2));

        HttpResponse<String> placed = http.send(
                request(system, "/orders")
                        .header("Content-Type", "application/json")
                        .header("Prefer", "wait=20")
                        .POST(BodyPublishers.ofString(
                                "{\"orderId\":\"33\",\"items\":[{\"id\":\"001\",\"quantity\":2}]}"))
                        .build(),
                BodyHandlers.ofString());

        assertThat(placed.statusCode()).isEqualTo(201);
        assertThat(placed.headers().firstValue("Preference-Applied")).contains("wait=20");
        assertThat(placed.body()).contains("\"status\":\"CONFIRMED\"");
        assertThat(streamed.get(TestSystem.PATIENCE.toSeconds(), TimeUnit.SECONDS))
                .contains("\"status\":\"CONFIRMED\"", "\"units\":{\"001\":-2}");
        assertThat(http.send(request(system, "/orders?status=CONFIRMED").build(), BodyHandlers.ofString())
                        .body())
                .contains("\"orderId\":\"33\"");
        assertThat(http.send(request(system, "/orders/33/events").build(), BodyHandlers.ofString())
                        .body())
                .contains("\"heardBy\":" + TestSystem.REPLICAS, "\"event\":\"settled\"", "\"source\":\"message\"");
        system.assertEachSettledOnce(List.of(order));
    }

    @Test
    void aMalformedMessageIsBuriedOnceAndTheNextOrderIsSettled(TestSystem system) {
        system.redis()
                .publish(
                        RedisKeys.orderUpdates(MAIN),
                        "{\"id\":\"30\",\"items\":[{\"id\":\"001\",\"quantity\":\"two\"}]}");
        Order next = Order.of("31", new OrderItem("001", 1));
        system.place(next);

        await().atMost(TestSystem.PATIENCE).until(() -> system.redis().xlen(RedisKeys.deadLetters(MAIN)) > 0);
        Decisions decisions = Decisions.from(system.replicas());
        system.place(Order.of("32", new OrderItem("001", 1)));
        await("every replica has read past the malformed message")
                .atMost(TestSystem.PATIENCE)
                .until(() -> decisions.replicasThatDecided("32") == TestSystem.REPLICAS);

        var letters = system.redis().xrange(RedisKeys.deadLetters(MAIN), Range.unbounded());
        assertThat(letters).hasSize(1);
        assertThat(letters.get(0).getBody().get("reason")).contains("items[0].quantity");
        assertThat(system.redis().hget(RedisKeys.order(MAIN, "31"), "status")).isEqualTo("CONFIRMED");

        system.redis().del(RedisKeys.deadLetters(MAIN)); // seen; nothing else may be there
        system.assertEachSettledOnce(List.of(next, Order.of("32", new OrderItem("001", 1))));
    }

    @Test
    void aMessageOfAnotherProducerIsProcessedOnce(TestSystem system) {
        Decisions decisions = Decisions.from(system.replicas());
        String id = "1718000000000";

        system.redis().publish(RedisKeys.orderUpdates(MAIN), """
                        {"id":"%s","orderId":"29","items":[{"id":"001","quantity":2},{"id":"002","quantity":1}]}""".formatted(id));
        await().atMost(TestSystem.PATIENCE).until(() -> decisions.replicasThatDecided(id) == TestSystem.REPLICAS);

        assumeNobodyWasLate(system, id);
        assertThat(decisions.of(id))
                .extracting(Decision::decision)
                .containsExactlyInAnyOrder("processed", "skipped", "skipped");
        assertThat(system.redis().hget(RedisKeys.order(MAIN, id), "orderId")).isEqualTo("29");
        system.assertEachSettledOnce(List.of(Order.of(id, new OrderItem("001", 2), new OrderItem("002", 1))));
    }

    /** Whoever takes longer than the grace time, as on a machine that stood still, is rightly stood in for; nothing is to be seen then. */
    private static void assumeNobodyWasLate(TestSystem system, String id) {
        assumeThat(system.redis().hget(RedisKeys.order(MAIN, id), "recovered"))
                .as("stood in for")
                .isNull();
    }

    private static HttpRequest.Builder request(TestSystem system, String path) {
        return HttpRequest.newBuilder(system.orderService().uri().resolve(path)).timeout(TestSystem.PATIENCE);
    }
}
