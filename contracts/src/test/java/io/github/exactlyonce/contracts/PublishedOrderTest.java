package io.github.exactlyonce.contracts;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two readers of one format must not disagree: whatever the fast one takes, the JSON parser reads as the same. */
class PublishedOrderTest {

    private static final String PLAIN =
            "{\"eventType\":\"OrderPlaced\",\"schemaVersion\":1,\"id\":\"29\",\"orderId\":\"29\",\"items\":[{\"id\":\"001\",\"quantity\":2}],"
                    + "\"placedAt\":\"2026-02-28T23:59:59.999Z\"}";
    private static final String TRACED =
            "{\"eventType\":\"OrderPlaced\",\"schemaVersion\":1,\"id\":\"a.b_c:d@e~f-\",\"orderId\":\"7\",\"items\":[{\"id\":\"001\",\"quantity\":1000000000},"
                    + "{\"id\":\"002\",\"quantity\":10}],\"placedAt\":\"1970-01-01T00:00:00.000Z\","
                    + "\"traceparent\":\"00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\"}";

    @ParameterizedTest
    @ValueSource(strings = {PLAIN, TRACED})
    void readsWhatOurScriptPublishes(String message) {
        assertThat(PublishedOrder.read(bytes(message)))
                .isNotNull()
                .isEqualTo(parsed(bytes(message)).orElseThrow());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"quantity\":0",
                "\"quantity\":02",
                "\"quantity\":1000000001",
                "\"quantity\":99999999999999999999",
                "\"quantity\":-2",
                "\"quantity\":2.0",
                "\"quantity\":",
                "\"quantity\":2,\"warehouse\":\"oslo\"",
                "\"quantity\": 2"
            })
    void leavesEveryOtherQuantityToTheParser(String quantity) {
        assertThat(PublishedOrder.read(bytes(PLAIN.replace("\"quantity\":2", quantity))))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"2026-02-30T00:00:00.000Z", "2026-01-01T24:00:00.000Z", "1969-12-31T23:59:59.999Z", "2026"})
    void leavesEveryOtherTimeToTheParser(String time) {
        assertThat(PublishedOrder.read(bytes(PLAIN.replace("2026-02-28T23:59:59.999Z", time))))
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"1970-01-01T00:00:00.000Z", "2024-02-29T12:00:00.000Z", "9999-12-31T23:59:59.999Z"})
    void agreesWithTheParserAboutTheFirstAndTheLastTime(String time) {
        byte[] message = bytes(PLAIN.replace("2026-02-28T23:59:59.999Z", time));

        assertThat(PublishedOrder.read(message))
                .isNotNull()
                .isEqualTo(parsed(message).orElseThrow());
    }

    @Test
    void leavesMoreItemsThanAnOrderMayHaveToTheParser() {
        String item = "{\"id\":\"001\",\"quantity\":2}";
        String most = String.join(",", Collections.nCopies(JsonInput.MAX_ITEMS, item));

        assertThat(PublishedOrder.read(bytes(PLAIN.replace(item, most)))).isNotNull();
        assertThat(PublishedOrder.read(bytes(PLAIN.replace(item, most + "," + item))))
                .isNull();
    }

    @Test
    void agreesWithTheParserAboutWhateverItTakes() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        int taken = 0;
        for (int round = 0; round < 100_000; round++) {
            byte[] message = mutated(bytes(random.nextBoolean() ? PLAIN : TRACED), random);
            OrderMessage read = PublishedOrder.read(message);
            if (read != null) {
                taken++;
                assertThat(parsed(message))
                        .as("seed %d, round %d: %s", seed, round, new String(message, ISO_8859_1))
                        .contains(read);
            }
        }
        assertThat(taken).as("seed %d", seed).isGreaterThan(1_000);
    }

    /** One byte replaced, left out or added, twice. */
    private static byte[] mutated(byte[] message, Random random) {
        byte[] mutated = message;
        for (int i = 0; i < 1 + random.nextInt(2); i++) {
            int at = random.nextInt(mutated.length);
            byte any = mutated[random.nextInt(mutated.length)]; // what stands elsewhere says more than noise
            mutated = switch (random.nextInt(3)) {
                case 0 -> {
                    byte[] replaced = mutated.clone();
                    replaced[at] = any;
                    yield replaced;
                }
                case 1 -> spliced(mutated, at, at + 1);
                default -> {
                    byte[] longer = spliced(mutated, at, at);
                    longer = Arrays.copyOf(longer, longer.length + 1);
                    System.arraycopy(longer, at, longer, at + 1, longer.length - at - 1);
                    longer[at] = any;
                    yield longer;
                }
            };
        }
        return mutated;
    }

    private static byte[] spliced(byte[] bytes, int from, int to) {
        byte[] spliced = Arrays.copyOf(bytes, bytes.length - (to - from));
        System.arraycopy(bytes, to, spliced, from, bytes.length - to);
        return spliced;
    }

    private static Optional<OrderEvent> parsed(byte[] message) {
        return OrderEvent.parseJson(Warehouse.MAIN, message);
    }

    private static byte[] bytes(String message) {
        return message.getBytes(ISO_8859_1);
    }
}
