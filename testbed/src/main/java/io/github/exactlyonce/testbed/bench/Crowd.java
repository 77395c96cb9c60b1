package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.load.Order;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Replicas of ours on one Redis, of which some or all work. */
final class Crowd implements Audited {

    /** That one order each asks for. */
    static final List<String> SPREAD =
            IntStream.rangeClosed(1, 1_000).mapToObj(i -> "spread-" + i).toList();

    private final BenchOptions options;
    private @Nullable OurReplicas replicas;
    private @Nullable Entrant entrant;
    private int started;

    Crowd(BenchOptions options) {
        this.options = options;
    }

    /** Starts and warms up all that will be used, unless there are enough already. */
    Entrant atLeast(int count, Progress progress) throws InterruptedException {
        if (entrant != null && started >= count) {
            return entrant;
        }
        close();
        OurReplicas launched = OurReplicas.launch(RedisProcess.start(), "bench-replicas", count);
        replicas = launched;
        started = count;
        Entrant ready = Entrant.ready(
                launched,
                count > Contender.REPLICAS
                        ? options.scope().warmUpOfMany()
                        : options.scope().warmUp(),
                Stream.concat(Entrant.SKUS.stream(), SPREAD.stream()).toList());
        entrant = ready;
        progress.say("%d replicas are ready".formatted(count));
        while (!ready.warmUp().isOver()) {
            ready.warmUp(options, List.of(launched));
            progress.say("warming up: %s orders/s"
                    .formatted(Samples.text(ready.warmUp().last())));
        }
        return ready;
    }

    @Override
    public boolean isExact() {
        return entrant == null || entrant.books().wasExact();
    }

    /** So many work, the others rest. */
    void use(int count) {
        if (replicas == null || entrant == null) {
            throw new IllegalStateException("nobody was started");
        }
        replicas.use(count, entrant.books().redis());
    }

    Turn turn(Iterator<Order> orders, int count) throws InterruptedException {
        if (replicas == null || entrant == null) {
            throw new IllegalStateException("nobody was started");
        }
        return entrant.work(orders, count, options.scope().turn(), List.of(replicas));
    }

    @Override
    public void close() {
        if (entrant != null) {
            entrant.close();
            entrant = null;
        }
        if (replicas != null) {
            replicas.close();
            replicas = null;
        }
    }
}
