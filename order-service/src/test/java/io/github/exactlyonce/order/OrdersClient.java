package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.api.OpenApi;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Speaks HTTP to an order service on this machine, and holds every answer against the documented API. */
final class OrdersClient {

    /** Shared by all tests, so that it can say what none of them saw. */
    static final OpenApi API = new OpenApi(path -> path.equals("/") // the console
            || path.matches("/(?:console|actuator|docs)(?:/.*)?|/(?:openapi|asyncapi)\\.yaml"));

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration LIMIT = Duration.ofSeconds(20);

    private final HttpClient http = HttpClient.newHttpClient();
    private final String root;

    OrdersClient(int port) {
        this.root = "http://127.0.0.1:" + port;
    }

    String root() {
        return root;
    }

    record Answer(int status, HttpHeaders headers, String text) {
        JsonNode json() {
            return JSON.readTree(text);
        }

        String header(String name) {
            return headers.firstValue(name).orElse("");
        }

        String text(String field) {
            return json().path(field).asString();
        }
    }

    static String order(String id, String sku, int quantity) {
        return "{\"orderId\":\"" + id + "\",\"items\":[{\"id\":\"" + sku + "\",\"quantity\":" + quantity + "}]}";
    }

    Answer place(String json, String... headers) {
        return post("/orders", json, headers);
    }

    /** Holds no thread while it waits. */
    CompletableFuture<Answer> placeLater(String json, String... headers) {
        HttpRequest request = request("/orders", headers)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(json))
                .build();
        return http.sendAsync(request, HttpResponse.BodyHandlers.ofString())
                .thenApply(response -> answer(response, json));
    }

    Answer post(String path, String json, String... headers) {
        return send(request(path, headers).header("Content-Type", "application/json"), "POST", json);
    }

    /** Without a Content-Length. */
    Answer placeChunked(byte[] body) {
        return send(
                request("/orders")
                        .header("Content-Type", "application/json")
                        .POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))),
                null);
    }

    Answer get(String path, String... headers) {
        return send(request(path, headers).GET(), null);
    }

    Answer send(String method, String path, String body, String... headers) {
        return send(request(path, headers), method, body);
    }

    private HttpRequest.Builder request(String path, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(root + path)).timeout(LIMIT);
        return headers.length == 0 ? request : request.headers(headers);
    }

    private Answer send(HttpRequest.Builder request, String method, String body) {
        return send(request.method(method, BodyPublishers.ofString(body)), body);
    }

    private Answer send(HttpRequest.Builder request, @Nullable String body) {
        try {
            return answer(http.send(request.build(), HttpResponse.BodyHandlers.ofString()), body);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private static Answer answer(HttpResponse<String> response, @Nullable String body) {
        HttpRequest request = response.request();
        API.check(request.method(), request.uri(), body, response.statusCode(), response.headers(), response.body());
        return new Answer(response.statusCode(), response.headers(), response.body());
    }
}
