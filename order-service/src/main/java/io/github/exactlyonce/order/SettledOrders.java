package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.context.SmartLifecycle;
import org.springframework.stereotype.Component;

/**
 * All clients that are sent settled orders as they are settled, and a {@link LedgerReader} for each warehouse that somebody listens to.
 * No client holds a thread. When the service stops, their connections are closed.
 */
@Component
final class SettledOrders implements SmartLifecycle {

    private static final int MOST_CLIENTS = 500;

    /** Each has a thread and a connection. */
    private static final int MOST_WAREHOUSES = 50;

    private final Pipelines pipelines;
    private final Counter dropped;
    private final int mostClients;
    private final Map<Warehouse, LedgerReader> readers = new HashMap<>();
    private final Set<StreamClient> clients = ConcurrentHashMap.newKeySet();
    private boolean running;

    @Autowired
    SettledOrders(Pipelines pipelines, MeterRegistry meters) {
        this(pipelines, meters, MOST_CLIENTS);
        Gauge.builder("orders.stream.clients", clients::size)
                .description("Clients that are sent settled orders")
                .register(meters);
    }

    SettledOrders(Pipelines pipelines, MeterRegistry meters, int mostClients) {
        this.pipelines = pipelines;
        this.dropped = Counter.builder("orders.stream.dropped")
                .description("Clients of a stream that were too slow for it")
                .register(meters);
        this.mostClients = mostClients;
    }

    /**
     * Begins to send, and returns.
     *
     * @param after null to begin now
     * @throws org.springframework.web.ErrorResponseException 503 if there are too many already
     */
    synchronized void listen(
            Warehouse warehouse,
            @Nullable StreamPosition after,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        boolean isNew = !readers.containsKey(warehouse);
        if (!running || clients.size() >= mostClients || isNew && readers.size() >= MOST_WAREHOUSES) {
            throw ProblemAdvice.retryable(
                    ProblemType.TOO_MANY_STREAMS,
                    "There are " + clients.size() + " streams of " + readers.size()
                            + " warehouses here, and no more are taken. Another replica may have room.",
                    Map.of(),
                    null);
        }
        StreamClient client =
                StreamClient.open(request, response, "Resume with Last-Event-ID", dropped, clients::remove);
        clients.add(client);
        readers.computeIfAbsent(warehouse, this::read).add(client, after);
    }

    private LedgerReader read(Warehouse warehouse) {
        LedgerReader reader = new LedgerReader(warehouse, pipelines, idle -> isOver(warehouse, idle));
        reader.start();
        return reader;
    }

    /** Under the same lock as what brings clients: none comes between the look and the end. */
    private synchronized boolean isOver(Warehouse warehouse, LedgerReader reader) {
        return reader.isIdle() && readers.remove(warehouse, reader);
    }

    @Override
    public synchronized void start() {
        running = true;
    }

    /** In the default phase, before the web server waits for the requests that are under way. */
    @Override
    public void stop() {
        List<LedgerReader> last;
        synchronized (this) {
            running = false;
            last = List.copyOf(readers.values());
            readers.clear();
        }
        clients.forEach(client -> client.end("the service stops"));
        last.parallelStream().forEach(PipelineWorker::stop);
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }
}
