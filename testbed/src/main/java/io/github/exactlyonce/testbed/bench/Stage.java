package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.bench.jobs.JobSchedulers;
import org.jspecify.annotations.Nullable;

/**
 * What is running. Parts that follow each other use the same processes, which are warm then; whatever else there was is closed first, so that nothing runs beside what
 * is measured. All of it ends with this JVM at the latest.
 */
final class Stage implements AutoCloseable {

    private final BenchOptions options;
    private volatile @Nullable Audited running;
    private volatile boolean isOver;

    Stage(BenchOptions options) {
        this.options = options;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "clear the stage"));
    }

    /** Somebody pressed Ctrl-C. */
    boolean isOver() {
        return isOver;
    }

    Consuming consuming(Progress progress) {
        return enter(new Consuming(options, progress));
    }

    Crash crash(Progress progress) {
        return enter(new Crash(options, progress));
    }

    /** Replicas of ours on the consuming side. */
    Crowd crowd() {
        if (!(running instanceof Crowd)) {
            enter(new Crowd(options));
        }
        return (Crowd) running;
    }

    /** All of ours over HTTP. */
    HttpScene http(Progress progress) throws InterruptedException {
        if (!(running instanceof HttpScene)) {
            clear();
            enter(HttpScene.launch(options.scope(), progress)).warmUp(progress);
        }
        return (HttpScene) running;
    }

    /** Ours beside other schedulers of jobs. */
    JobSchedulers jobs(Progress progress) {
        return enter(new JobSchedulers(
                options.scope(), options.rounds(), Jvm.options(), options.command(Part.JOBS), progress::say));
    }

    /** It runs from now on, and nothing else. */
    <T extends Audited> T enter(T next) {
        clear();
        running = next;
        return next;
    }

    /** Whether nothing of ours was lost or repeated by what is running. */
    boolean isExact() {
        Audited audited = running;
        return audited == null || audited.isExact();
    }

    void clear() {
        Audited last = running;
        running = null;
        if (last != null) {
            last.close();
        }
    }

    @Override
    public void close() {
        isOver = true;
        clear();
    }
}
