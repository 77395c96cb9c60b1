package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Component;
import org.springframework.web.ErrorResponseException;

/**
 * Asks the inventory service at {@code console.inventory-url} with the key or token of whoever asks here, and hands on what it answers,
 * whatever it is. Holds no thread.
 */
@Component
final class InventoryRelay {

    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(1);
    private static final Logger log = LoggerFactory.getLogger(InventoryRelay.class);

    private final String inventory;

    InventoryRelay(ConsoleProperties properties) {
        this.inventory = properties.inventoryUrl().toString().replaceFirst("/+$", "");
    }

    /**
     * @param path below {@code console.inventory-url}
     * @param authorization the header of that name; null if there is none
     * @return fails with 502 if there is no answer in time
     */
    CompletableFuture<ResponseEntity<byte[]>> ask(
            String method, String path, @Nullable String authorization, Duration limit) {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(inventory + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(limit);
        if (authorization != null) {
            request.header(HttpHeaders.AUTHORIZATION, authorization);
        }
        return Client.HTTP
                .sendAsync(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .thenApply(InventoryRelay::handOn)
                .exceptionally(failure -> {
                    throw unreachable(failure);
                });
    }

    private static ResponseEntity<byte[]> handOn(HttpResponse<byte[]> answer) {
        return ResponseEntity.status(answer.statusCode())
                .header(
                        HttpHeaders.CONTENT_TYPE,
                        answer.headers()
                                .firstValue(HttpHeaders.CONTENT_TYPE)
                                .orElse(MediaType.APPLICATION_OCTET_STREAM_VALUE))
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .body(answer.body());
    }

    private ErrorResponseException unreachable(Throwable failure) {
        Throwable cause = failure instanceof CompletionException ? failure.getCause() : failure;
        log.debug("the inventory service did not answer", cause);
        return ProblemAdvice.problem(
                ProblemType.INVENTORY_UNREACHABLE,
                "No inventory service answered in time at " + inventory + " (console.inventory-url).",
                Map.of("reason", cause.getClass().getSimpleName()));
    }

    /** Made when it is first needed: it has threads of its own, and most processes never ask. */
    private static final class Client {

        static final HttpClient HTTP = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(CONNECT_TIMEOUT)
                .build();
    }
}
