package io.github.exactlyonce.inventory.subscription;

import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/** Looks after a subscription on a thread of its own, from the start of the application to its end. */
abstract class Watcher implements SmartLifecycle {

    private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

    private final String threadName;
    private final Duration interval;
    private volatile @Nullable ScheduledExecutorService thread;

    /** @param interval from the end of a look to the beginning of the next one */
    Watcher(String threadName, Duration interval) {
        this.threadName = threadName;
        this.interval = interval;
    }

    /** Must not throw, or it is not called again. */
    abstract void check();

    abstract void unsubscribe();

    /** Does not wait. */
    final void checkSoon() {
        ScheduledExecutorService running = thread;
        if (running != null) {
            running.execute(this::check);
        }
    }

    @Override
    public final void start() {
        ScheduledExecutorService started =
                Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, threadName));
        thread = started;
        started.scheduleWithFixedDelay(this::check, 0, interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    @Override
    public final void stop() {
        ScheduledExecutorService running = thread;
        thread = null;
        if (running != null) {
            running.execute(this::unsubscribe);
            running.shutdown();
            try {
                running.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public final boolean isRunning() {
        return thread != null;
    }
}
