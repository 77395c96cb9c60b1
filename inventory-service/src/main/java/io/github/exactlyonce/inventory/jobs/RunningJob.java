package io.github.exactlyonce.inventory.jobs;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/** One job on its worker. Its claim and its lease are the poller's thread's; how it ended comes from the worker. */
final class RunningJob implements Runnable {

    /** Whether the job ends with its work (at least once) or has ended before (at most once). */
    final boolean endsWithItsWork;

    Claim claim;
    boolean isLost;

    private final Work work;
    private final Runnable onEnd;
    private @Nullable Future<?> future;
    private volatile boolean started;
    private volatile boolean ended;
    private volatile @Nullable Throwable failure;

    /** @param onEnd runs on the worker when its work has ended */
    RunningJob(Claim claim, boolean endsWithItsWork, Work work, Runnable onEnd) {
        this.claim = claim;
        this.endsWithItsWork = endsWithItsWork;
        this.work = work;
        this.onEnd = onEnd;
    }

    void start(ExecutorService workers) {
        future = workers.submit(this);
    }

    @Override
    public void run() {
        started = true;
        try {
            work.run();
        } catch (Exception | Error e) { // whatever it is, it is the job's, and must not end the worker
            failure = e;
        } finally {
            ended = true;
            onEnd.run();
        }
    }

    void interrupt() {
        if (future != null) {
            future.cancel(true);
        }
    }

    /** Another has the job by now: the work is for nothing. */
    void lose() {
        isLost = true;
        interrupt();
    }

    /** Not before its thread is free again: work that ignores an interrupt keeps its worker. */
    boolean isEnded() {
        return ended || !started && future != null && future.isCancelled();
    }

    boolean isToBeFinished() {
        return failure == null && endsWithItsWork && !isLost;
    }

    /** Of a job that has ended and is not to be finished. */
    JobResult result() {
        if (isLost) {
            return JobResult.left();
        }
        if (failure == null) {
            return JobResult.done();
        }
        String reason = String.valueOf(failure);
        return endsWithItsWork
                ? JobResult.retry(reason)
                : JobResult.dead("it was to be done at most once, and failed: " + reason);
    }

    /** What the handler does. */
    @FunctionalInterface
    interface Work {
        void run() throws Exception;
    }
}
