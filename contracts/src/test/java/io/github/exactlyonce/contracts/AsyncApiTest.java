package io.github.exactlyonce.contracts;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.api.Document;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** What {@code asyncapi.yaml} says of channels and messages is what the code does. */
class AsyncApiTest {

    private static final JsonMapper JSON = JsonMapper.shared();
    private static final Document DOCUMENT = Document.read("api/asyncapi.yaml");
    private static final int ROUNDS = 10_000;

    @Test
    void itsChannelsAreThoseOfTheCode() {
        Warehouse berlin = new Warehouse("berlin");
        List<String> addresses = DOCUMENT.at("/channels")
                .valueStream()
                .map(channel -> channel.path("address").asString())
                .flatMap(address -> Stream.of("berlin", "{berlin}").map(name -> address.replace("{warehouse}", name)))
                .distinct()
                .toList();

        assertThat(addresses)
                .containsExactlyInAnyOrder(
                        RedisKeys.orderUpdates(MAIN),
                        RedisKeys.orderUpdates(berlin),
                        RedisKeys.shardedOrderUpdates(berlin),
                        RedisKeys.inventoryUpdates(MAIN),
                        RedisKeys.inventoryUpdates(berlin),
                        RedisKeys.shardedInventoryUpdates(berlin));
    }

    @Test
    void itsExamplesAreOfTheFormThatTheyExplain() {
        DOCUMENT.at("/components/messages").forEachEntry((name, message) -> {
            assertThat(message.path("examples")).as(name).isNotEmpty();
            message.path("examples")
                    .forEach(example -> assertThat(DOCUMENT.problems(name, example.path("payload")))
                            .as(example.toString())
                            .isEmpty());
        });
    }

    @Test
    void anInventoryServiceTakesEachExampleOfAnOrder() {
        for (String name : List.of("OrderPlaced", "OrderCancelled", "Order")) {
            DOCUMENT.at("/components/messages/" + name + "/examples")
                    .forEach(example -> assertThat(parse(example.path("payload")))
                            .as(example.toString())
                            .isPresent());
        }
    }

    /**
     * In both directions: what is an order by the schema is taken, and what is not is not. The schema cannot say that a message which names another
     * warehouse than its channel, has a name twice, or writes a quantity as 2.0, is refused, so none of these is made here.
     */
    @Test
    void whatIsAnOrderByTheSchemaIsTakenAndNothingElseIs() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int orders = 0;
        for (int round = 0; round < ROUNDS; round++) {
            JsonNode message = new Messages(random).any();
            String what = "seed %d, round %d: %s".formatted(seed, round, message);
            boolean isOrder = DOCUMENT.problems("Order", message).isEmpty();
            Optional<OrderEvent> taken = parse(message);

            assertThat(taken.filter(OrderMessage.class::isInstance).isPresent())
                    .as(what)
                    .isEqualTo(isOrder);
            if (DOCUMENT.problems("OrderCancelled", message).isEmpty()) {
                assertThat(taken).as(what).containsInstanceOf(CancellationMessage.class);
            }
            orders += isOrder ? 1 : 0;
        }
        assertThat(orders).as("seed %d", seed).isBetween(ROUNDS / 10, ROUNDS * 9 / 10);
    }

    private static Optional<OrderEvent> parse(JsonNode message) {
        try {
            return OrderEvent.parse(MAIN, message.toString().getBytes(UTF_8));
        } catch (InvalidInputException e) {
            return Optional.empty();
        }
    }

    /** Messages as we publish them, of which up to two things are changed. */
    private record Messages(Random random) {

        private static final List<String> TEXTS = List.of(
                "29",
                "a.b_c:d@e~f-",
                "x".repeat(64),
                "x".repeat(65),
                "",
                ".",
                "..",
                "a b",
                "ä",
                "a\n",
                "OrderPlaced",
                "OrderCancelled",
                "OrderShipped");

        JsonNode any() {
            ObjectNode message = random.nextInt(4) == 0 ? cancelled() : placed();
            for (int i = random.nextInt(3); i > 0; i--) {
                change(message);
            }
            return message;
        }

        private ObjectNode placed() {
            ObjectNode message = JSON.createObjectNode()
                    .put("eventType", "OrderPlaced")
                    .put("schemaVersion", 1)
                    .put("id", "29")
                    .put("orderId", "29");
            message.putArray("items").addObject().put("id", "001").put("quantity", 2);
            return message.put("placedAt", "2026-01-01T00:00:00.000Z");
        }

        private ObjectNode cancelled() {
            return JSON.createObjectNode()
                    .put("eventType", "OrderCancelled")
                    .put("schemaVersion", 1)
                    .put("id", "29")
                    .put("orderId", "29")
                    .put("cancelledAt", "2026-01-01T00:00:00.000Z");
        }

        private void change(ObjectNode message) {
            List<ObjectNode> objects = new ArrayList<>(List.of(message));
            message.path("items").forEach(item -> {
                if (item instanceof ObjectNode object) {
                    objects.add(object);
                }
            });
            ObjectNode object = pick(objects);
            String field = pick(List.of(
                    "eventType",
                    "schemaVersion",
                    "id",
                    "orderId",
                    "items",
                    "quantity",
                    "placedAt",
                    "traceparent",
                    "more"));
            switch (random.nextInt(4)) {
                case 0 -> object.remove(field);
                case 1 -> object.set("items", items());
                default -> object.set(field, value());
            }
        }

        private JsonNode value() {
            List<Supplier<@Nullable Object>> values = List.of(
                    () -> pick(TEXTS),
                    () -> pick(List.of(
                            0, 1, -1, 2.5, JsonInput.MAX_QUANTITY, JsonInput.MAX_QUANTITY + 1, BigInteger.TEN.pow(30))),
                    () -> null,
                    () -> true,
                    List::of,
                    Map::of);
            return JSON.valueToTree(pick(values).get());
        }

        private ArrayNode items() {
            ArrayNode items = JSON.createArrayNode();
            int size = pick(List.of(0, 1, 2, JsonInput.MAX_ITEMS, JsonInput.MAX_ITEMS + 1));
            for (int i = 0; i < size; i++) {
                items.addObject().put("id", "sku-" + i).put("quantity", 1 + i);
            }
            return items;
        }

        private <T> T pick(List<T> values) {
            return values.get(random.nextInt(values.size()));
        }
    }
}
