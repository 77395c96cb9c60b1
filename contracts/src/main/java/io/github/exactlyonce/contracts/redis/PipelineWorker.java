package io.github.exactlyonce.contracts.redis;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * A thread with a pipeline of its own, which lives as long as the application. On shutdown it is asked to finish, after
 * the subscription has ended and before the connections close.
 */
public abstract class PipelineWorker implements SmartLifecycle {

    /** Stops after the subscription, whose phase is the default. */
    public static final int PHASE = SmartLifecycle.DEFAULT_PHASE - 200;

    private static final Logger log = LoggerFactory.getLogger(PipelineWorker.class);

    private final String threadName;
    private final Pipelines pipelines;
    private final int phase;
    private volatile boolean running;
    private @Nullable Thread thread;

    protected PipelineWorker(String threadName, Pipelines pipelines) {
        this(threadName, pipelines, PHASE);
    }

    /** @param phase where others than the subscription bring the work: what has a higher one stops before this worker */
    protected PipelineWorker(String threadName, Pipelines pipelines, int phase) {
        this.threadName = threadName;
        this.pipelines = pipelines;
        this.phase = phase;
    }

    /** Works until {@link #isRunning()} is false and what was begun is finished. */
    protected abstract void work(Pipeline pipeline) throws InterruptedException;

    /** To be called by {@link #work}, which then ends; for a worker that nobody needs any more. */
    protected final void finish() {
        running = false;
    }

    /** How long {@link #work} may go on when it is asked to finish. */
    protected Duration finishLimit() {
        return Duration.ofSeconds(10);
    }

    /** Ends a wait inside {@link #work}, on shutdown or because there is something new. */
    public void wakeUp() {}

    @Override
    public final void start() {
        running = true;
        thread = new Thread(this::run, threadName);
        thread.start();
    }

    @Override
    public final void stop() {
        running = false;
        wakeUp();
        Thread worker = thread;
        if (worker == null) {
            return;
        }
        try {
            worker.join(finishLimit().toMillis());
            worker.interrupt();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public final boolean isRunning() {
        return running;
    }

    @Override
    public final int getPhase() {
        return phase;
    }

    /** A thread that ended would leave a replica that looks alive and does nothing, so only the shutdown ends it, or {@link #finish()}. */
    private void run() {
        do {
            try (Pipeline pipeline = pipelines.open()) {
                work(pipeline);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (Exception | Error e) {
                log.error("{} failed and goes on", threadName, e);
            }
        } while (running);
    }
}
