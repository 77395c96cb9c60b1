package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.stereotype.Component;

/**
 * All who watch the console. While there are any, a {@link ConsoleReporter} tells them what happens; while there are none, there is neither a
 * thread nor a connection to Redis. No client holds a thread. When the service stops, their connections are closed.
 */
@Component
final class ConsoleFeed implements SmartLifecycle {

    /** Each is sent all that the replicas say. */
    static final int MOST_CLIENTS = 20;

    private final LettuceConnectionFactory connections;
    private final Pipelines pipelines;
    private final Counter dropped;
    private final Map<StreamClient, Warehouse> clients = new ConcurrentHashMap<>();
    private @Nullable ConsoleReporter reporter;
    private boolean running;

    ConsoleFeed(LettuceConnectionFactory connections, Pipelines pipelines, MeterRegistry meters) {
        this.connections = connections;
        this.pipelines = pipelines;
        this.dropped = Counter.builder("console.dropped")
                .description("Consoles that were too slow for what happens")
                .register(meters);
    }

    /**
     * Begins to send, and returns; goes on until the client goes, is too slow, or the service stops.
     *
     * @throws org.springframework.web.ErrorResponseException 503 if there are too many already
     */
    synchronized void watch(Warehouse warehouse, HttpServletRequest request, HttpServletResponse response)
            throws IOException {
        if (!running || clients.size() >= MOST_CLIENTS) {
            throw ProblemAdvice.retryable(
                    ProblemType.TOO_MANY_WATCHERS,
                    clients.size() + " consoles are open here, and no more are served.",
                    Map.of(),
                    null);
        }
        clients.put(StreamClient.open(request, response, "Connect again", dropped, clients::remove), warehouse);
        ConsoleReporter reporting = reporter;
        if (reporting == null) {
            reporting = new ConsoleReporter(connections, pipelines, clients, this::isOver);
            reporter = reporting;
            reporting.start();
        }
        reporting.lookNow();
    }

    /** How many are told what happens. One that was too slow holds its place until its socket is closed. */
    int watching() {
        return (int)
                clients.keySet().stream().filter(client -> !client.isEnding()).count();
    }

    /** Under the same lock as what brings clients: none comes between the look and the end. */
    private synchronized boolean isOver() {
        boolean isOver = watching() == 0;
        if (isOver) {
            reporter = null;
        }
        return isOver;
    }

    @Override
    public synchronized void start() {
        running = true;
    }

    /** In the default phase, before the web server waits for the requests that are under way. */
    @Override
    public void stop() {
        ConsoleReporter last;
        synchronized (this) {
            running = false;
            last = reporter;
            reporter = null;
        }
        clients.keySet().forEach(client -> client.end("the service stops"));
        if (last != null) {
            last.stop();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }
}
