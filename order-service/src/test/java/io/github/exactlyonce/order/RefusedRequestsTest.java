package io.github.exactlyonce.order;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static io.github.exactlyonce.order.OrdersClient.order;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.order.OrdersClient.Answer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RefusedRequestsTest extends OrderServiceTest {

    private static final String ORDER = "{\"items\":[{\"id\":\"001\",\"quantity\":1}]}";

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
                    {}                                                   | items             | at least one item
                    {"items":[]}                                         | items             | at least one item
                    {"orderId":"","items":[{"id":"1","quantity":1}]}     | orderId           | 1 to 64 characters
                    {"orderId":"a b","items":[{"id":"1","quantity":1}]}  | orderId           | 1 to 64 characters
                    {"items":[{"id":"","quantity":1}]}                   | items[0].id       | 1 to 64 characters
                    {"items":[{"quantity":1}]}                           | items[0].id       | is missing
                    {"items":[{"id":"1"}]}                               | items[0].quantity | whole number from 1
                    {"items":[{"id":"1","quantity":0}]}                  | items[0].quantity | whole number from 1
                    {"items":[{"id":"1","quantity":1.5}]}                | items[0].quantity | whole number from 1
                    {"items":[{"id":"1","quantity":"1"}]}                | items[0].quantity | whole number from 1
                    {"items":[{"id":"1","quantity":1}],"scheduledFor":1} | scheduledFor      | must be a time such as
                    {"items":[                                           | body              | must be JSON
                    [1]                                                  | body              | must be a JSON object
                    ``                                                   | body              | must be a JSON object
                    """)
    void aBadOrderIsRefusedByFieldAndReason(String body, String field, String reason) {
        Answer answer = client().place(body);

        assertProblem(answer, 400, field);
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:invalid-input");
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo(field);
        assertThat(answer.json().at("/errors/0/reason").asString()).contains(reason);
    }

    @Test
    void anIdIsAtMost64CharactersLong() {
        assertProblem(client().place(order("x".repeat(65), "001", 1)), 400, "orderId must be 1 to 64 characters");
        assertProblem(client().place(order("long-sku", "x".repeat(65), 1)), 400, "items[0].id must be 1 to 64");
    }

    @Test
    void anOrderHasAtMost100Items() {
        String items = "{\"id\":\"001\",\"quantity\":1},".repeat(101);

        assertProblem(
                client().place("{\"items\":[" + items.substring(0, items.length() - 1) + "]}"),
                400,
                "items must have at most 100 items, not 101");
    }

    @Test
    void anIdempotencyKeyFollowsTheRuleOfIdsAndAgreesWithTheBody() {
        assertProblem(
                client().place(ORDER, "Idempotency-Key", "a b"), 400, "Idempotency-Key must be 1 to 64 characters");
        assertProblem(client().place(ORDER, "Idempotency-Key", "\"\""), 400, "Idempotency-Key must be 1 to 64");
        assertProblem(
                client().place(order("one", "001", 1), "Idempotency-Key", "other"),
                400,
                "Idempotency-Key must be the same as orderId");
        assertThat(OBSERVED.commands().exists(RedisKeys.order(MAIN, "one"), RedisKeys.order(MAIN, "other")))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "tape", "Replica", "replica, disk"})
    void anUnknownDurabilityPlacesNothing(String durability) {
        Answer answer = client().place(order("unknown-durability", "001", 1), "Durability", durability);

        assertProblem(answer, 400, "Durability must be memory, replica or disk");
        assertThat(answer.text("type")).isEqualTo("urn:exactly-once:problem:invalid-input");
        assertThat(answer.json().at("/errors/0/field").asString()).isEqualTo("Durability");
        assertThat(OBSERVED.commands().exists(RedisKeys.order(MAIN, "unknown-durability")))
                .isZero();
    }

    @Test
    void aBodyOverTheLimitIsNotRead() {
        String padded = ORDER + " ".repeat(64 * 1024 + 1 - ORDER.length());

        assertProblem(client().place(padded), 413, "body must be at most 65536 bytes");
        assertProblem(client().placeChunked(padded.getBytes(UTF_8)), 413, "body must be at most 65536 bytes");
    }

    @Test
    void aBodyOfExactlyTheLimitIsRead() {
        assertThat(client().place(ORDER + " ".repeat(64 * 1024 - ORDER.length()))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void onlyJsonIsRead() {
        Answer text = client().send("POST", "/orders", ORDER, "Content-Type", "text/plain");

        assertProblem(text, 415, "text/plain");
        assertThat(text.header("Accept")).isEqualTo("application/json");
        assertProblem(client().send("POST", "/orders", ORDER), 415, "");
    }

    @Test
    void aClientThatCannotReadTheAnswerPlacesNothing() {
        Answer answer = client().place(order("unreadable", "001", 1), "Accept", "text/html");

        assertProblem(answer, 406, "application/json");
        assertThat(OBSERVED.commands().exists(RedisKeys.order(MAIN, "unreadable")))
                .isZero();
    }

    @Test
    void anotherMethodOrPathIsAProblemToo() {
        Answer put = client().send("PUT", "/orders", ORDER, "Content-Type", "application/json");

        assertProblem(put, 405, "PUT");
        assertThat(put.header("Allow").split(", ?")).containsExactlyInAnyOrder("GET", "POST");
        assertProblem(client().get("/nothing/here"), 404, "/nothing/here");
    }

    /** Its fields would be parameters, and all of it in memory, or on the disk, before anybody asks for one. */
    @Test
    void noFormIsRead() {
        client().place(order("no-form", "001", 1));
        String field = "warehouse=nowhere";

        Answer form =
                client().send("DELETE", "/orders/no-form", field, "Content-Type", "application/x-www-form-urlencoded");
        Answer parts = client().send(
                        "POST",
                        "/orders",
                        "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n" + "a".repeat(2_000_000)
                                + "\r\n--x--\r\n",
                        "Content-Type",
                        "multipart/form-data; boundary=x");

        assertThat(form.status()).as("of the warehouse main").isEqualTo(200);
        assertProblem(parts, 415, "Content-Type");
    }

    private static void assertProblem(Answer answer, int status, String detail) {
        assertThat(answer.status()).as(answer.text()).isEqualTo(status);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
        assertThat(answer.text("detail")).contains(detail);
    }
}
