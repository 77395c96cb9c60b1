package io.github.exactlyonce.testbed.system;

import io.github.exactlyonce.contracts.Warehouse;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;

/** Stock, over the HTTP interface of a replica. */
public final class Inventory {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final Duration AUDIT_TIMEOUT = Duration.ofSeconds(90);

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(TIMEOUT)
            .build();
    private final URI replica;
    private final Warehouse warehouse;

    public Inventory(URI replica) {
        this(replica, Warehouse.MAIN);
    }

    public Inventory(URI replica, Warehouse warehouse) {
        this.replica = replica;
        this.warehouse = warehouse;
    }

    /** Whether it answers nobody without a key. */
    public boolean asksForAKey() {
        return send(HttpRequest.newBuilder(replica.resolve("/inventory"))
                        .timeout(TIMEOUT)
                        .build())
                == 401;
    }

    /** Whether anything was ever said of this SKU. */
    public boolean has(String sku) {
        return send(request(sku).GET().build()) != 404;
    }

    /** @throws IllegalStateException if the replica refuses it */
    public void set(String sku, long quantity) {
        HttpRequest request = request(sku)
                .header("Content-Type", "application/json")
                .PUT(BodyPublishers.ofString("{\"quantity\":" + quantity + "}"))
                .build();
        int status = send(request);
        if (status / 100 != 2) {
            throw new IllegalStateException("PUT " + request.uri() + " was answered with " + status);
        }
    }

    /**
     * As {@link #set(String, long)}, and again until it is accepted, which changes nothing more.
     *
     * @throws IllegalStateException if it is not accepted in time
     */
    public void set(String sku, long quantity, Duration limit) {
        AtomicReference<IllegalStateException> refused = new AtomicReference<>();
        boolean accepted = Polling.until(limit, () -> {
            try {
                set(sku, quantity);
                return true;
            } catch (IllegalStateException e) {
                refused.set(e);
                return false;
            }
        });
        if (!accepted) {
            throw refused.get();
        }
    }

    /** The replica's own audit of stock, orders and ledger, as JSON; or the problem, as JSON too. */
    public String audit() {
        HttpRequest request = HttpRequest.newBuilder(replica.resolve("/audit?warehouse=" + warehouse))
                .timeout(AUDIT_TIMEOUT)
                .build();
        return send(request, BodyHandlers.ofString()).body();
    }

    private HttpRequest.Builder request(String sku) {
        return HttpRequest.newBuilder(replica.resolve("/inventory/" + sku + "?warehouse=" + warehouse))
                .timeout(TIMEOUT);
    }

    private int send(HttpRequest request) {
        return send(request, BodyHandlers.discarding()).statusCode();
    }

    private <T> HttpResponse<T> send(HttpRequest request, BodyHandler<T> body) {
        try {
            return http.send(request, body);
        } catch (IOException e) {
            throw new IllegalStateException(request.uri() + " did not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
