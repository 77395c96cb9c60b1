package io.github.exactlyonce.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OrderMessageTest {

    private static final String TRACEPARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
    private static final String ITEMS = "\"items\":[{\"id\":\"001\",\"quantity\":2}]";
    private static final OrderItems TWO = OrderItems.of(new OrderItem("001", 2));

    private static Optional<OrderMessage> parse(String json) {
        return OrderMessage.parse(Warehouse.MAIN, json.getBytes(UTF_8));
    }

    @Test
    void ourOwnEventIsRecorded() {
        OrderMessage message = parse("{\"eventType\":\"OrderPlaced\",\"id\":\"29\",\"orderId\":\"29\"," + ITEMS
                        + ",\"placedAt\":\"2026-01-01T00:00:00.000Z\"}")
                .orElseThrow();

        assertThat(message).isEqualTo(new OrderMessage("29", "29", TWO, Instant.parse("2026-01-01T00:00:00Z"), null));
        assertThat(message.isRecorded()).isTrue();
    }

    @Test
    void aMessageWithAnIdOrAnOrderIdAloneIsAnOrderThatNobodyMayHaveRecorded() {
        assertThat(parse("{\"id\":\"7\"," + ITEMS + "}")).contains(new OrderMessage("7", "7", TWO, null, null));
        assertThat(parse("{\"orderId\":\"29\"," + ITEMS + "}")).contains(new OrderMessage("29", "29", TWO, null, null));
    }

    @Test
    void theIdIsWhatTheEffectHappensOnceFor() {
        assertThat(parse("{\"id\":\"1718000000000\",\"orderId\":\"29\"," + ITEMS + ",\"extra\":[1,{}]}"))
                .contains(new OrderMessage("1718000000000", "29", TWO, null, null));
    }

    @Test
    void anEventOfAnotherTypeIsNotForUs() {
        assertThat(parse("{\"eventType\":\"OrderCancelled\",\"id\":\"29\"}")).isEmpty();
    }

    @Test
    void aPlacedAtOfAnotherFormatIsNoReasonToRefuse() {
        assertThat(parse("{\"id\":\"7\",\"placedAt\":\"yesterday\"," + ITEMS + "}"))
                .contains(new OrderMessage("7", "7", TWO, null, null));
        assertThat(parse("{\"id\":\"7\",\"placedAt\":1718000000000," + ITEMS + "}"))
                .contains(new OrderMessage("7", "7", TWO, null, null));
    }

    @Test
    void whatItWritesItReads() {
        OrderItems items = OrderItems.of(new OrderItem("001", 2), new OrderItem("a.b_c:d@e~f-", 1));
        OrderMessage message = new OrderMessage("1718000000000", "29", items, null, null);
        OrderMessage traced = new OrderMessage("1718000000000", "29", items, null, TraceParent.parse(TRACEPARENT));

        assertThat(parse(message.json())).contains(message);
        assertThat(parse(traced.json())).contains(traced);
    }

    @Test
    void aTraceIsContinuedAndABrokenOneIsNoReasonToRefuseTheOrder() {
        assertThat(parse("{\"id\":\"7\",\"traceparent\":\"" + TRACEPARENT + "\"," + ITEMS + "}"))
                .hasValueSatisfying(order -> assertThat(order.traceParent()).hasToString(TRACEPARENT));
        for (String broken : new String[] {"7", "\"\"", "\"00-0-0-01\"", "{\"a\":1}", "null"}) {
            assertThat(parse("{\"id\":\"7\",\"traceparent\":" + broken + "," + ITEMS + "}"))
                    .contains(new OrderMessage("7", "7", TWO, null, null));
        }
    }

    @Test
    void whatIsNoOrderIsRefusedWithEveryReason() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> parse("{\"items\":[{\"id\":\"001\",\"quantity\":-1}]}"))
                .withMessage("id is missing; items[0].quantity must be a whole number from 1 to 1000000000");
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> parse("not JSON"))
                .withMessageStartingWith("message must be JSON");
    }

    @Test
    void aCancellationIsAnEventOfItsOwn() {
        String json = "{\"eventType\":\"OrderCancelled\",\"schemaVersion\":1,\"id\":\"29\",\"orderId\":\"29\","
                + "\"cancelledAt\":\"2026-01-01T00:00:00.000Z\",\"later\":true}";

        assertThat(OrderEvent.parse(Warehouse.MAIN, json.getBytes(UTF_8)))
                .contains(new CancellationMessage("29", Instant.parse("2026-01-01T00:00:00Z"), null));
        assertThat(parse(json)).as("no order").isEmpty();
    }

    @Test
    void anEventOfALaterFormIsReadAsFarAsItIsKnown() {
        assertThat(parse(
                        "{\"eventType\":\"OrderPlaced\",\"schemaVersion\":2,\"id\":\"7\",\"gift\":true," + ITEMS + "}"))
                .contains(new OrderMessage("7", "7", TWO, null, null));
    }
}
