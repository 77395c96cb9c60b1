package io.github.exactlyonce.testbed.bench.jobs;

import io.github.exactlyonce.testbed.system.ChildProcess;
import java.util.Collection;
import java.util.List;

/** Who takes part: a store of its own, and three workers, as processes, that do the jobs in it when they are due. */
abstract class JobContender implements AutoCloseable {

    static final int WORKERS = 3;

    /** Short. */
    abstract String title();

    /** What it does, in a sentence or two. */
    abstract String description();

    /** What it promises if a worker dies; from its statements, not measured. */
    abstract String onCrash();

    /** Name and version. */
    abstract String store();

    /** Whether anything that is lost or repeated is our own fault. */
    boolean isOurs() {
        return false;
    }

    /** Returns when every worker looks for jobs. */
    abstract void awaitReady();

    /** Returns when the store has them. */
    abstract void schedule(List<Job> jobs);

    /** The store's, which dates effects too; Unix milliseconds. */
    abstract long clock();

    /** Those that {@link #effects} has returned: what came since then, in somebody else's turn, is still to be counted. */
    abstract void forgetEffects();

    /** How many there are that were not forgotten. */
    abstract int countEffects();

    /** Those that were not forgotten. */
    abstract List<Effect> effects();

    /** Of all SKUs. */
    abstract long units();

    abstract List<ChildProcess> workers();

    abstract Collection<Long> storePids();

    @Override
    public abstract void close();
}
