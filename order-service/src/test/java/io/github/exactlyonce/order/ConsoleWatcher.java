package io.github.exactlyonce.order;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Reads {@code GET /console/feed} as a browser does. */
final class ConsoleWatcher implements AutoCloseable {

    private static final Duration LIMIT = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();
    private final HttpResponse<Stream<String>> response;

    ConsoleWatcher(int port) {
        this(port, "");
    }

    ConsoleWatcher(int port, String query) {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/console/feed" + query))
                .build();
        try {
            response = HTTP.send(request, HttpResponse.BodyHandlers.ofLines());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        Thread reader = new Thread(this::read, "console-watcher");
        reader.setDaemon(true);
        reader.start();
    }

    record Event(String name, JsonNode data) {}

    HttpResponse<?> response() {
        return response;
    }

    JsonNode nextState() {
        return next("state", data -> true);
    }

    /** Those before are forgotten. */
    JsonNode next(String name, Predicate<JsonNode> wanted) {
        long deadline = System.nanoTime() + LIMIT.toNanos();
        try {
            while (true) {
                Event event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                assertThat(event).as("an event " + name + " within " + LIMIT).isNotNull();
                assertThat(event.name).as("before an event " + name).isNotEqualTo("the end");
                if (event.name.equals(name) && wanted.test(event.data)) {
                    return event.data;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    private void read() {
        String[] name = {""};
        try {
            response.body().forEach(line -> {
                if (line.startsWith("event: ")) {
                    name[0] = line.substring("event: ".length());
                } else if (line.startsWith("data: ")) {
                    events.add(new Event(name[0], JsonMapper.shared().readTree(line.substring("data: ".length()))));
                }
            });
        } catch (UncheckedIOException e) {
            // closed, by either side
        }
        events.add(new Event("the end", JsonMapper.shared().createObjectNode()));
    }

    @Override
    public void close() {
        response.body().close();
    }
}
