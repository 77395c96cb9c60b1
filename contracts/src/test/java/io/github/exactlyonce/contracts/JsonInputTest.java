package io.github.exactlyonce.contracts;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonInputTest {

    private static JsonInput read(String json) {
        return JsonInput.read("body", json.getBytes(UTF_8));
    }

    private static List<FieldProblem> problems(JsonInput input) {
        InvalidInputException e = (InvalidInputException) catchThrowable(input::refuseIfInvalid);
        return e == null ? List.of() : e.problems();
    }

    @Test
    void aWellFormedOrderHasNoProblems() {
        JsonInput input =
                read("{\"orderId\":\"29\",\"items\":[{\"id\":\"001\",\"quantity\":2,\"note\":\"x\"}],\"more\":1}");

        assertThat(input.requiredId("orderId")).isEqualTo("29");
        assertThat(input.items()).isEqualTo(OrderItems.of(new OrderItem("001", 2)));
        assertThat(problems(input)).isEmpty();
    }

    @Test
    void everyProblemIsReportedAtOnceWithItsPath() {
        JsonInput input = read("{\"orderId\":\"a b\",\"items\":[{\"id\":\"1\",\"quantity\":1},{\"quantity\":0},7]}");
        input.id("orderId");
        input.items();

        assertThat(problems(input))
                .extracting(FieldProblem::field)
                .containsExactly("orderId", "items[1].id", "items[1].quantity", "items[2].id", "items[2].quantity");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "[]", "\"text\"", "null", "{", "{\"a\":1} x", "{'a':1}", "\u0000"})
    void whatIsNotOneJsonObjectIsRefused(String json) {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> read(json))
                .withMessageStartingWith("body must be ");
    }

    @Test
    void aSyntaxErrorIsNamedWithItsPlaceAndNothingOfTheParser() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> read("{\"items\":["))
                .withMessageContaining("line 1, column 11")
                .withMessageNotContaining("Source");
    }

    @Test
    void anyNoiseIsRefusedAndBreaksNothing() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            byte[] noise = new byte[random.nextInt(200)];
            random.nextBytes(noise);
            assertThatExceptionOfType(InvalidInputException.class)
                    .as("seed %d, round %d", seed, i)
                    .isThrownBy(() -> JsonInput.read("body", noise));
        }
    }

    @Test
    void aDocumentNestedTooDeepIsRefused() {
        assertThatExceptionOfType(InvalidInputException.class)
                .isThrownBy(() -> read("{\"a\":" + "[".repeat(100_000)))
                .withMessageContaining("depth");
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "\"a b\"", "\"a/b\"", "\"a=b\"", "\"a,b\"", "\".\"", "\"..\"", "\"ä\"", "29", "{}"})
    void anIdOutsideTheRuleIsRefused(String id) {
        JsonInput input = read("{\"orderId\":" + id + "}");
        input.id("orderId");

        assertThat(problems(input)).containsExactly(new FieldProblem("orderId", JsonInput.ID_RULE));
    }

    @Test
    void anIdHasAtMost64Characters() {
        assertThat(JsonInput.isId("x".repeat(64))).isTrue();
        assertThat(JsonInput.isId("x".repeat(65))).isFalse();
        assertThat(JsonInput.isId("...")).isTrue();
        assertThat(JsonInput.isId("29\n")).isFalse();
    }

    @Test
    void anOptionalIdMayBeMissingOrNullButARequiredOneMayNot() {
        JsonInput input = read("{\"orderId\":null}");

        assertThat(input.id("orderId")).isNull();
        assertThat(problems(input)).isEmpty();
        input.requiredId("orderId");
        assertThat(problems(input)).containsExactly(new FieldProblem("orderId", "is missing"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"0", "-1", "2.5", "2.0", "\"2\"", "null", "true", "1000000001", "1e3", "99999999999999999999"})
    void aQuantityIsNothingButAWholeNumberInItsRange(String quantity) {
        JsonInput input = read("{\"quantity\":" + quantity + "}");
        input.quantity("quantity", 1);

        assertThat(problems(input))
                .containsExactly(new FieldProblem("quantity", "must be a whole number from 1 to 1000000000"));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-24T08:00:00Z,          2026-12-24T08:00:00Z",
        "2026-12-24T09:00:00+01:00,     2026-12-24T08:00:00Z",
        "2026-12-24T08:00Z,             2026-12-24T08:00:00Z",
        "2026-12-24T08:00:00.123999Z,   2026-12-24T08:00:00.123Z",
        "1970-01-01T00:00:00Z,          1970-01-01T00:00:00Z",
        "2200-01-01T00:59:59.999+01:00, 2199-12-31T23:59:59.999Z"
    })
    void aTimeHasAnOffsetAndIsCutToMilliseconds(String given, Instant time) {
        JsonInput input = read("{\"scheduledFor\":\"" + given + "\"}");

        assertThat(input.instant("scheduledFor")).isEqualTo(time);
        assertThat(problems(input)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\"",
                "\"tomorrow\"",
                "\"2026-12-24\"",
                "\"2026-12-24T08:00:00\"",
                "\"2026-02-29T08:00:00Z\"",
                "\"2026-12-24T08:00:00Z[Europe/Berlin]\"",
                "\"1969-12-31T23:59:59.999Z\"",
                "\"2200-01-01T00:00:00Z\"",
                "\"2199-12-31T23:30:00-01:00\"",
                "\"+999999999-12-31T23:59:59Z\"",
                "\"-999999999-01-01T00:00:00+18:00\"",
                "1798099200000",
                "true",
                "{}"
            })
    void whatIsNoTimeBeforeTheYear2200IsRefused(String time) {
        JsonInput input = read("{\"scheduledFor\":" + time + "}");

        assertThat(input.instant("scheduledFor")).isNull();
        assertThat(problems(input)).containsExactly(new FieldProblem("scheduledFor", JsonInput.INSTANT_RULE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"scheduledFor\":null}"})
    void aTimeMayBeMissing(String json) {
        JsonInput input = read(json);

        assertThat(input.instant("scheduledFor")).isNull();
        assertThat(problems(input)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{}", "{\"items\":[]}", "{\"items\":{}}", "{\"items\":null}"})
    void anOrderWithoutItemsIsRefused(String json) {
        JsonInput input = read(json);
        input.items();

        assertThat(problems(input)).containsExactly(new FieldProblem("items", "must be a list with at least one item"));
    }

    @Test
    void anOrderHasAtMost100Items() {
        String items = "{\"id\":\"1\",\"quantity\":1},".repeat(101);
        JsonInput input = read("{\"items\":[" + items.substring(0, items.length() - 1) + "]}");
        input.items();

        assertThat(problems(input)).containsExactly(new FieldProblem("items", "must have at most 100 items, not 101"));
    }
}
