package io.github.exactlyonce.testbed;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.zip.GZIPInputStream;

/** Plays Datadog's intake of metrics and an OpenTelemetry collector: takes whatever is sent and keeps it. */
final class TelemetryIntake implements AutoCloseable {

    private final HttpServer server;
    private final List<Request> requests = new CopyOnWriteArrayList<>();

    /** @param body decompressed */
    record Request(URI uri, byte[] body) {

        boolean isFor(String path) {
            return uri.getPath().equals(path);
        }

        /** Whether the body has these bytes in a row. */
        boolean contains(byte[] wanted) {
            for (int i = 0; i <= body.length - wanted.length; i++) {
                int matching = 0;
                while (matching < wanted.length && body[i + matching] == wanted[matching]) {
                    matching++;
                }
                if (matching == wanted.length) {
                    return true;
                }
            }
            return false;
        }
    }

    private TelemetryIntake(HttpServer server) {
        this.server = server;
        server.createContext("/", this::take);
        server.start();
    }

    static TelemetryIntake start() throws IOException {
        return new TelemetryIntake(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    private void take(HttpExchange exchange) throws IOException {
        boolean zipped = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        try (exchange;
                InputStream in = zipped ? new GZIPInputStream(exchange.getRequestBody()) : exchange.getRequestBody()) {
            requests.add(new Request(exchange.getRequestURI(), in.readAllBytes()));
            exchange.sendResponseHeaders(202, -1);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
