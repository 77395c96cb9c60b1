package io.github.exactlyonce.testbed.load;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import tools.jackson.databind.json.JsonMapper;

/**
 * Places and cancels orders as a careful caller does: while there is no answer, or 503, it repeats the same order under the same id.
 * Safe for several threads.
 */
public final class OrderClient {

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration GIVE_UP_AFTER = Duration.ofMinutes(2);
    private static final Duration FIRST_BACKOFF = Duration.ofMillis(50);
    private static final Duration MAX_BACKOFF = Duration.ofSeconds(1);
    private static final JsonMapper JSON = JsonMapper.shared();

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(REQUEST_TIMEOUT)
            .build();
    private final URI orders;

    private final AtomicInteger repeats = new AtomicInteger();

    /** @param orderService its root */
    public OrderClient(URI orderService) {
        this.orders = orderService.resolve("/orders");
    }

    /**
     * Returns once the order is accepted: 201, or 200 if an earlier attempt had got through.
     *
     * @throws OrderRefusedException if the service refuses it, or does not accept it within two minutes
     */
    public void place(Order order) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(orders)
                .timeout(REQUEST_TIMEOUT)
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofByteArray(JSON.writeValueAsBytes(order)))
                .build();
        repeatedly(request, order);
    }

    private Answer repeatedly(HttpRequest request, Order order) throws InterruptedException {
        long deadline = System.nanoTime() + GIVE_UP_AFTER.toNanos();
        Duration backoff = FIRST_BACKOFF;
        for (int attempt = 1; ; attempt++) {
            Answer answer = send(request);
            if (answer.isAccepted() || request.method().equals("DELETE") && answer.saysThatThereIsNothingToCancel()) {
                return answer;
            }
            if (!answer.isWorthRepeating() || System.nanoTime() - deadline > 0) {
                throw new OrderRefusedException(order, attempt, answer.text());
            }
            repeats.incrementAndGet();
            pause(answer.retryAfter().orElse(backoff));
            backoff = min(backoff.multipliedBy(2), MAX_BACKOFF);
        }
    }

    /**
     * Returns once it is known what has become of the order: as careful as {@link #place}.
     *
     * @return whether it is cancelled, or is being so; if not, it was rejected, or is unknown
     * @throws OrderRefusedException if the service says anything else, or nothing within two minutes
     */
    public boolean cancel(Order order) throws InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(
                        orders.resolve("/orders/" + order.orderId() + "?warehouse=" + order.warehouse()))
                .timeout(REQUEST_TIMEOUT)
                .DELETE()
                .build();
        Answer answer = repeatedly(request, order);
        return answer.isCancelled();
    }

    /** How often a request was sent again. */
    public int repeats() {
        return repeats.get();
    }

    private Answer send(HttpRequest request) throws InterruptedException {
        try {
            return Answer.of(http.send(request, BodyHandlers.ofString()));
        } catch (IOException e) {
            return Answer.none(e);
        }
    }

    /** Up to half as long again, so that the callers who were turned away together do not come back together. */
    private static void pause(Duration duration) throws InterruptedException {
        long nanos = duration.toNanos();
        TimeUnit.NANOSECONDS.sleep(nanos + ThreadLocalRandom.current().nextLong(nanos / 2 + 1));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    /** @param status 0 if there was no answer */
    private record Answer(int status, String text, Optional<Duration> retryAfter) {

        static Answer of(HttpResponse<String> response) {
            Optional<Duration> retryAfter = response.headers()
                    .firstValue("Retry-After")
                    .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)));
            return new Answer(response.statusCode(), response.statusCode() + " " + response.body(), retryAfter);
        }

        static Answer none(IOException e) {
            return new Answer(0, e.toString(), Optional.empty());
        }

        boolean isAccepted() {
            return status == 200 || status == 201 || status == 202;
        }

        boolean isCancelled() {
            return status == 200 || status == 202;
        }

        boolean saysThatThereIsNothingToCancel() {
            return status == 404 || status == 409;
        }

        boolean isWorthRepeating() {
            return status == 0 || status == 503;
        }
    }
}
