package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.testbed.load.Load;
import java.io.PrintStream;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** Tells every few seconds how far the storm is. */
final class Progress implements AutoCloseable {

    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final PrintStream out;
    private final Load load;
    private final RedisControl redis;
    private final long start = System.nanoTime();
    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "progress");
        thread.setDaemon(true);
        return thread;
    });
    private volatile String underWay = "";
    private String settled = "?";

    private Progress(PrintStream out, Load load, RedisControl redis) {
        this.out = out;
        this.load = load;
        this.redis = redis;
    }

    static Progress start(PrintStream out, Load load, RedisControl redis) {
        Progress progress = new Progress(out, load, redis);
        long every = INTERVAL.toMillis();
        progress.clock.scheduleAtFixedRate(progress::tell, every, every, TimeUnit.MILLISECONDS);
        return progress;
    }

    /** What to say is going on. */
    void now(String underWay) {
        this.underWay = underWay;
    }

    private void tell() {
        try {
            settled = String.valueOf(redis.ledgerEntries() - Scene.STOCK.size());
        } catch (RuntimeException e) {
            // there is no Redis to ask, and what was true a moment ago is good enough
        }
        long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
        out.printf("%5d s  %7d orders accepted, %7s settled  %s%n", seconds, load.accepted(), settled, underWay);
    }

    @Override
    public void close() {
        clock.shutdownNow();
    }
}
