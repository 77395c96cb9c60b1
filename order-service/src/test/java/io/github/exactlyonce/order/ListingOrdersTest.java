package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.order.OrdersClient.Answer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

/** {@code GET /orders}. Each test has a warehouse of its own; what replicas would write, it writes. */
class ListingOrdersTest extends OrderServiceTest {

    @Test
    void openOrdersComeFirstThenSettledOnesTheNewestFirstAndEachOnce() {
        Warehouse warehouse = new Warehouse("list-all");
        for (String id : List.of("a", "b", "c", "d", "e")) {
            place(warehouse, id, "");
        }
        place(warehouse, "later", ",\"scheduledFor\":\"2199-01-01T00:00:00Z\"");
        settle(warehouse, "b", "CONFIRMED");
        OBSERVED.commands().xadd(RedisKeys.ledger(warehouse), Map.of("effect", "RESTOCKED", "id", "c", "by", "r/1"));
        settle(warehouse, "d", "REJECTED");
        settle(warehouse, "a", "CONFIRMED");

        Answer answer = client().get("/orders?warehouse=list-all");

        assertThat(ids(answer)).containsExactly("later", "e", "c", "a", "d", "b");
        assertThat(answer.json().path("orders").path(5))
                .isEqualTo(client().get("/orders/b?warehouse=list-all").json());
        assertThat(answer.json().has("next")).isFalse();
        assertThat(answer.header("Link")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 100})
    void pagesOfAnySizeShowTheSame(int limit) {
        Warehouse warehouse = new Warehouse("list-" + limit);
        for (int i = 0; i < 7; i++) {
            place(warehouse, "open-" + i, ",\"scheduledFor\":\"2199-01-01T00:00:0" + i / 4 + "Z\""); // four at once
            place(warehouse, "settled-" + i, "");
            settle(warehouse, "settled-" + i, "CONFIRMED");
        }

        List<String> found = new ArrayList<>();
        String next = "/orders?warehouse=" + warehouse + "&limit=" + limit;
        int pages = 0;
        while (!next.isEmpty() && pages++ < 30) {
            Answer page = client().get(next);
            assertThat(ids(page)).hasSizeLessThanOrEqualTo(limit);
            found.addAll(ids(page));
            next = page.header("Link").replaceFirst("^<(.*)>; rel=\"next\"$", "$1");
            assertThat(next).contains(page.text("next"));
        }

        assertThat(found)
                .containsExactly(
                        "open-6",
                        "open-5",
                        "open-4",
                        "open-3",
                        "open-2",
                        "open-1",
                        "open-0",
                        "settled-6",
                        "settled-5",
                        "settled-4",
                        "settled-3",
                        "settled-2",
                        "settled-1",
                        "settled-0");
    }

    @Test
    void aStatusIsLookedForAmongWhatMayHaveIt() {
        Warehouse warehouse = new Warehouse("list-status");
        place(warehouse, "placed", "");
        place(warehouse, "later", ",\"scheduledFor\":\"2199-01-01T00:00:00Z\"");
        place(warehouse, "no", "");
        settle(warehouse, "no", "REJECTED");
        place(warehouse, "yes", "");
        settle(warehouse, "yes", "CONFIRMED");

        assertThat(ids(client().get("/orders?warehouse=list-status&status=PLACED")))
                .containsExactly("placed");
        assertThat(ids(client().get("/orders?warehouse=list-status&status=SCHEDULED")))
                .containsExactly("later");
        assertThat(ids(client().get("/orders?warehouse=list-status&status=REJECTED")))
                .containsExactly("no");
        assertThat(ids(client().get("/orders?warehouse=list-status&status=CONFIRMED")))
                .containsExactly("yes");
    }

    /** No replica has settled it as that yet, so the ledger does not know of it. */
    @Test
    void anOrderThatWasCancelledBeforeItWasSettledIsThereAllTheTime() {
        Warehouse warehouse = new Warehouse("list-cancelled");
        place(warehouse, "a", "");
        place(warehouse, "b", "");
        client().send("DELETE", "/orders/a?warehouse=list-cancelled", "");

        assertThat(ids(client().get("/orders?warehouse=list-cancelled"))).containsExactly("b", "a");
        assertThat(ids(client().get("/orders?warehouse=list-cancelled&status=CANCELLED")))
                .containsExactly("a");
        settle(warehouse, "a", "CANCELLED");
        assertThat(ids(client().get("/orders?warehouse=list-cancelled"))).containsExactly("b", "a");
        assertThat(ids(client().get("/orders?warehouse=list-cancelled&status=CANCELLED")))
                .containsExactly("a");
    }

    /** It is open again, until its stock has returned. */
    @Test
    void anOrderThatIsBeingCancelledIsOpen() {
        Warehouse warehouse = new Warehouse("list-cancelling");
        place(warehouse, "a", "");
        settle(warehouse, "a", "CONFIRMED");
        client().send("DELETE", "/orders/a?warehouse=list-cancelling", "");

        assertThat(ids(client().get("/orders?warehouse=list-cancelling"))).containsExactly("a");
        assertThat(ids(client().get("/orders?warehouse=list-cancelling&status=CANCELLING")))
                .containsExactly("a");
        assertThat(ids(client().get("/orders?warehouse=list-cancelling&status=CONFIRMED")))
                .isEmpty();
    }

    @Test
    void whatIsGoneOrDamagedOrHasALaterEntryIsPassedOver() {
        Warehouse warehouse = new Warehouse("list-gone");
        for (String id : List.of("fine", "expired", "damaged", "changed")) {
            place(warehouse, id, "");
            settle(warehouse, id, "CONFIRMED");
        }
        OBSERVED.commands().del(RedisKeys.order(warehouse, "expired"));
        OBSERVED.commands().hdel(RedisKeys.order(warehouse, "damaged"), "items");
        OBSERVED.commands().hset(RedisKeys.order(warehouse, "changed"), "status", "REJECTED");
        OBSERVED.commands().xadd(RedisKeys.ledger(warehouse), Map.of("effect", "CONFIRMED", "id", "not an id"));
        place(warehouse, "settled-with-a-job", "");
        OBSERVED.commands()
                .hset(
                        RedisKeys.order(warehouse, "settled-with-a-job"),
                        Map.of("status", "CONFIRMED", "settledBy", "r/1"));
        OBSERVED.commands().zadd(RedisKeys.jobs(warehouse), 1, "restock 7 001 5");

        assertThat(ids(client().get("/orders?warehouse=list-gone"))).containsExactly("fine");
    }

    @Test
    void aPageLooksAtSoManyAndGoesOnWhereItEnded() {
        Warehouse warehouse = new Warehouse("list-long");
        place(warehouse, "old", "");
        settle(warehouse, "old", "REJECTED");
        OBSERVED.commands()
                .eval(
                        "for i = 1, ARGV[1] do redis.call('XADD', KEYS[1], '*', 'effect', 'RESTOCKED', 'id', 'r' .. i) end",
                        io.lettuce.core.ScriptOutputType.STATUS,
                        new String[] {RedisKeys.ledger(warehouse)},
                        String.valueOf(OrderList.LONGEST_LOOK + 5));

        Answer first = client().get("/orders?warehouse=list-long&status=REJECTED&limit=1");
        Answer second = client().get("/orders?warehouse=list-long&status=REJECTED&limit=1&after=" + first.text("next"));

        assertThat(ids(first)).isEmpty();
        assertThat(ids(second)).containsExactly("old");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "limit=0",
                "limit=101",
                "limit=x",
                "status=placed",
                "after=x",
                "after=1-",
                "after=99999999999999999999-0",
                "after=open:1",
                "after=open:1.0:1&status=CONFIRMED",
                "after=1-1&status=PLACED",
                "warehouse=A"
            })
    void whatIsWrongIsRefused(String query) {
        Answer answer = client().get("/orders?" + query);

        assertThat(answer.status()).isEqualTo(400);
        assertThat(answer.header("Content-Type")).isEqualTo("application/problem+json");
    }

    private void place(Warehouse warehouse, String id, String more) {
        Answer placed = client().place("{\"orderId\":\"" + id + "\",\"warehouse\":\"" + warehouse
                + "\",\"items\":[{\"id\":\"001\",\"quantity\":1}]" + more + "}");
        assertThat(placed.status()).isEqualTo(201);
        if (more.isEmpty()) { // so that no two have the same due time
            OBSERVED.commands()
                    .zincrby(
                            RedisKeys.jobs(warehouse),
                            OBSERVED.commands().zcard(RedisKeys.jobs(warehouse)),
                            "order " + id);
        }
    }

    private static void settle(Warehouse warehouse, String id, String status) {
        OBSERVED.commands()
                .hset(
                        RedisKeys.order(warehouse, id),
                        Map.of("status", status, "settledAt", "1767225600000", "settledBy", "inventory-1/x7"));
        OBSERVED.commands().zrem(RedisKeys.jobs(warehouse), "order " + id);
        OBSERVED.commands()
                .xadd(RedisKeys.ledger(warehouse), Map.of("effect", status, "id", id, "by", "inventory-1/x7"));
    }

    private static List<String> ids(Answer page) {
        assertThat(page.status()).as(page.text()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        for (JsonNode order : page.json().path("orders")) {
            ids.add(order.path("orderId").asString());
        }
        return ids;
    }
}
