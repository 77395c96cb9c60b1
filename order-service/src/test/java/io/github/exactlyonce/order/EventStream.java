package io.github.exactlyonce.order;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpHeaders;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A client of server-sent events: each is the lines between two empty ones. */
final class EventStream implements AutoCloseable {

    private static final String END = "the end";
    private static final Pattern SETTLED = Pattern.compile("event: settled\ndata: (.*)");

    private final HttpResponse<InputStream> response;
    private final BlockingQueue<String> events = new LinkedBlockingQueue<>();

    private EventStream(HttpResponse<InputStream> response) {
        this.response = response;
        Thread reader = new Thread(this::read, "event-stream");
        reader.setDaemon(true);
        reader.start();
    }

    static EventStream open(int port, String query, String... headers) {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/orders/stream" + query));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try {
            HttpResponse<InputStream> response =
                    HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
            OrdersClient.API.check("GET", response.uri(), null, response.statusCode(), response.headers(), "");
            return new EventStream(response);
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    HttpHeaders headers() {
        return response.headers();
    }

    /** The next event or comment, without heartbeats; {@value #END} if the connection is closed. */
    String next() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10); // heartbeats do not move it
        try {
            String event = events.poll(10, TimeUnit.SECONDS);
            while (":".equals(event)) {
                event = events.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
            }
            if (event == null) {
                throw new AssertionError("no event within 10 s");
            }
            checkData(event);
            return event;
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static void checkData(String event) {
        Matcher data = SETTLED.matcher(event);
        if (data.find()) {
            OrdersClient.API.checkEvent("SettledOrder", data.group(1));
        }
    }

    boolean isEnded() {
        return next().equals(END);
    }

    private void read() {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(response.body(), StandardCharsets.UTF_8))) {
            StringBuilder event = new StringBuilder();
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!line.isEmpty()) {
                    event.append(event.isEmpty() ? "" : "\n").append(line);
                } else if (!event.isEmpty()) {
                    events.add(event.toString());
                    event.setLength(0);
                }
            }
        } catch (IOException e) {
            // closed
        }
        events.add(END);
    }

    @Override
    public void close() {
        try {
            response.body().close();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
