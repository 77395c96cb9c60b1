package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;

/**
 * Tells those who watch the console what happens: events {@code activity}, what the replicas say of themselves on
 * {@link RedisKeys#REPLICA_ACTIVITY}, as it comes, and once a second an event {@code state}, {@link ConsoleState}. It ends after the
 * last of them has left.
 */
final class ConsoleReporter extends PipelineWorker {

    static final Duration INTERVAL = Duration.ofSeconds(1);

    /** Some hundred replicas; what comes on top of it is dropped. */
    private static final int MOST_HEARD = 1_000;

    /** In the queue of what was heard: something else is to be done. */
    private static final String NOTHING = "";

    private static final Logger log = LoggerFactory.getLogger(ConsoleReporter.class);

    private final Map<StreamClient, Warehouse> clients;
    private final BooleanSupplier isOver;
    private final BlockingQueue<String> heard = new LinkedBlockingQueue<>(MOST_HEARD);
    private final ActivitySubscription subscription;
    private final Map<Warehouse, ConsoleState> states = new HashMap<>();
    private volatile boolean wanted;

    /** @param isOver is asked each second; after yes, nobody will watch */
    ConsoleReporter(
            LettuceConnectionFactory connections,
            Pipelines pipelines,
            Map<StreamClient, Warehouse> clients,
            BooleanSupplier isOver) {
        super("console", pipelines);
        this.clients = clients;
        this.isOver = isOver;
        this.subscription = new ActivitySubscription(connections, heard::offer);
    }

    /** Somebody new waits for the state. */
    void lookNow() {
        wanted = true;
        heard.offer(NOTHING);
    }

    @Override
    public void wakeUp() {
        heard.offer(NOTHING);
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        try {
            long next = System.nanoTime();
            while (isRunning()) {
                String message = heard.poll(Math.max(0, next - System.nanoTime()), TimeUnit.NANOSECONDS);
                if (message != null && !message.equals(NOTHING)) {
                    byte[] event = event("activity", message);
                    clients.keySet().forEach(client -> client.send(event));
                }
                if (wanted || System.nanoTime() - next >= 0) {
                    wanted = false;
                    next = System.nanoTime() + INTERVAL.toNanos();
                    tryToReport(pipeline);
                }
            }
        } finally {
            subscription.close();
        }
    }

    private void tryToReport(Pipeline pipeline) {
        try {
            report(pipeline);
        } catch (RuntimeException e) { // a bug; the next look comes in a second, not at once
            log.error("the state could not be told", e);
        }
    }

    private void report(Pipeline pipeline) {
        clients.keySet().forEach(StreamClient::dropIfStuck);
        if (isOver.getAsBoolean()) {
            finish();
            return;
        }
        Set<Warehouse> shown = Set.copyOf(clients.values());
        states.keySet().retainAll(shown);
        shown.forEach(warehouse -> states.computeIfAbsent(warehouse, ConsoleState::new));
        ConsoleState.readAll(states.values(), pipeline);
        states.forEach((warehouse, state) -> {
            byte[] event = event("state", state.told());
            clients.forEach((client, watched) -> {
                if (watched.equals(warehouse)) {
                    client.send(event);
                }
            });
        });
        // A Redis that hangs is not waited for twice: the page takes silence for a lost connection.
        if (states.values().stream().anyMatch(ConsoleState::isKnown)) {
            subscription.check();
        }
    }

    private static byte[] event(String name, String json) {
        return ("event: " + name + "\ndata: " + json + "\n\n").getBytes(StandardCharsets.UTF_8);
    }
}
