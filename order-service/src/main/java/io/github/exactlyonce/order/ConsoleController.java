package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.Warehouse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** What the console's page asks for: what happens, as it happens, and the few things that only an inventory service can tell or do. */
@RestController
@RequestMapping("/console")
class ConsoleController {

    /** Oldest first; whoever has more of them needs another tool than a page. */
    private static final int DEAD_LETTERS = 20;

    /** Redis may be given 2 s several times, by a service that has just started. */
    private static final Duration SHORT = Duration.ofSeconds(10);

    /** An audit may take 30 s, and whoever asks while one is made waits for the next. */
    private static final Duration LONG = Duration.ofSeconds(65);

    private final ConsoleFeed feed;
    private final InventoryRelay inventory;

    ConsoleController(ConsoleFeed feed, InventoryRelay inventory) {
        this.feed = feed;
        this.inventory = inventory;
    }

    @GetMapping(path = "/feed", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void feed(Warehouse warehouse, HttpServletRequest request, HttpServletResponse response) throws IOException {
        if (!StreamClient.answersHead(request, response)) {
            feed.watch(warehouse, request, response);
        }
    }

    @GetMapping("/dead-letters")
    CompletableFuture<ResponseEntity<byte[]>> deadLetters(Warehouse warehouse, HttpServletRequest request) {
        return inventory.ask(
                "GET", "/dead-letters?limit=" + DEAD_LETTERS + "&warehouse=" + warehouse, keyOf(request), SHORT);
    }

    /** Wants JSON, though there is nothing to say: a page of another host cannot send that unasked. */
    @PostMapping(path = "/dead-letters/{id:\\d{1,20}-\\d{1,20}}/replay", consumes = MediaType.APPLICATION_JSON_VALUE)
    CompletableFuture<ResponseEntity<byte[]>> replay(
            Warehouse warehouse, @PathVariable String id, HttpServletRequest request) {
        return inventory.ask("POST", "/dead-letters/" + id + "/replay?warehouse=" + warehouse, keyOf(request), SHORT);
    }

    /** Audits now. */
    @GetMapping("/audit")
    CompletableFuture<ResponseEntity<byte[]>> audit(Warehouse warehouse, HttpServletRequest request) {
        return inventory.ask("GET", "/audit?warehouse=" + warehouse, keyOf(request), LONG);
    }

    /** No argument of a method here: those are logged when everything is. */
    private static @Nullable String keyOf(HttpServletRequest request) {
        return request.getHeader(HttpHeaders.AUTHORIZATION);
    }
}
