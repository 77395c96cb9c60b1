package io.github.exactlyonce.inventory.stock;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.WithRedis;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The stock over HTTP, as a person or a back office uses it. */
class InventoryHttpTest extends WithRedis {

    @Test
    void aSkuIsSetAndRead() {
        assertThat(send("PUT", "/inventory/001", "{\"quantity\":100}").body())
                .isEqualTo("{\"sku\":\"001\",\"quantity\":100}");
        assertThat(send("PUT", "/inventory/001", "{\"quantity\":40}").statusCode())
                .isEqualTo(200);

        assertThat(get("/inventory/001").body()).isEqualTo("{\"sku\":\"001\",\"quantity\":40}");
        assertThat(ledger()).extracting(entry -> entry.get("units")).containsExactly("001=100", "001=-60");
    }

    @Test
    void settingItRepairsAStockThatIsNoNumber() {
        redis.opsForHash().put(RedisKeys.stock(MAIN), "001", "1e3");
        assertThat(get("/inventory/001").statusCode()).isEqualTo(500);

        assertThat(send("PUT", "/inventory/001", "{\"quantity\":7}").body())
                .isEqualTo("{\"sku\":\"001\",\"quantity\":7}");
    }

    @Test
    void aLongBodyIsNotRead() {
        assertThat(send("PUT", "/inventory/001", " ".repeat(1_000_000)).statusCode())
                .isEqualTo(413);
    }

    @Test
    void unitsAreAddedOncePerRestockId() {
        stock("001", 5);

        HttpResponse<String> first = send("POST", "/inventory/001/restocks", "{\"quantity\":10,\"restockId\":\"r-1\"}");
        HttpResponse<String> again = send("POST", "/inventory/001/restocks", "{\"quantity\":10,\"restockId\":\"r-1\"}");
        HttpResponse<String> other = send("POST", "/inventory/001/restocks", "{\"quantity\":11,\"restockId\":\"r-1\"}");

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(again.statusCode()).isEqualTo(200);
        assertThat(again.body()).isEqualTo(first.body()).isEqualTo("{\"sku\":\"001\",\"quantity\":15}");
        assertThat(other.statusCode()).isEqualTo(409);
        assertThat(other.body()).contains("urn:exactly-once:problem:restock-conflict");
        assertThat(stock("001")).isEqualTo(15);
        assertThat(ledger()).hasSize(1);
    }

    @Test
    void anUnknownSkuIs404() {
        HttpResponse<String> answer = get("/inventory/none");

        assertThat(answer.statusCode()).isEqualTo(404);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void skusComeInPagesSortedById() {
        for (int i = 0; i < 2500; i++) {
            stock("sku-%04d".formatted(i), i);
        }

        assertThat(get("/inventory?limit=2").body())
                .isEqualTo("{\"items\":[{\"sku\":\"sku-0000\",\"quantity\":0},{\"sku\":\"sku-0001\",\"quantity\":1}],"
                        + "\"next\":\"sku-0001\"}");
        assertThat(get("/inventory?limit=2&after=sku-2497").body())
                .isEqualTo(
                        "{\"items\":[{\"sku\":\"sku-2498\",\"quantity\":2498},{\"sku\":\"sku-2499\",\"quantity\":2499}]}");
        assertThat(get("/inventory?after=zzz").body()).isEqualTo("{\"items\":[]}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            PUT  | /inventory/001          | {"quantity":-1}                     | quantity
            PUT  | /inventory/001          | {"quantity":"1"}                    | quantity
            PUT  | /inventory/001          | {}                                  | quantity
            PUT  | /inventory/001          | [1]                                 | body
            PUT  | /inventory/001          | nonsense                            | body
            PUT  | /inventory/a%20b        | {"quantity":1}                      | sku
            POST | /inventory/001/restocks | {"quantity":0,"restockId":"r"}      | quantity
            POST | /inventory/001/restocks | {"quantity":1}                      | restockId
            POST | /inventory/001/restocks | {"quantity":1,"restockId":"a b"}    | restockId
            GET  | /inventory?limit=0      |                                     | limit
            GET  | /inventory?limit=1001   |                                     | limit
            GET  | /inventory?after=%ff    |                                     | query
            """)
    void badInputNamesTheFieldAndChangesNothing(String method, String path, String json, String field) {
        HttpResponse<String> answer = send(method, path, json);

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        assertThat(answer.body()).contains("\"field\":\"" + field + "\"").contains("\"reason\":");
        assertThat(redis.hasKey(RedisKeys.stock(MAIN))).isFalse();
    }

    @Test
    void aClientThatCannotReadTheAnswerOrSendsNoJsonChangesNothing() {
        HttpResponse<String> html = send("PUT", "/inventory/001", "{\"quantity\":1}", "Accept", "text/html");
        HttpResponse<String> text = send("PUT", "/inventory/001", "{\"quantity\":1}", "Content-Type", "text/plain");

        assertThat(html.statusCode()).isEqualTo(406);
        assertThat(text.statusCode()).isEqualTo(415);
        assertThat(redis.hasKey(RedisKeys.stock(MAIN))).isFalse();
    }

    @Test
    void aNumberThatIsNoneIs400() {
        HttpResponse<String> answer = get("/inventory?limit=many");

        assertThat(answer.statusCode()).isEqualTo(400);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
    }

    @Test
    void withoutRedisTheAnswerIs503AndWhenToComeBack() {
        REDIS.kill();
        try {
            HttpResponse<String> answer = get("/inventory/001");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("1");
            assertThat(answer.body()).contains("Repeating this request is safe");
        } finally {
            REDIS.restart();
        }
    }
}
