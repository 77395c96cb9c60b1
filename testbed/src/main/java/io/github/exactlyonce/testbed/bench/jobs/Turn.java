package io.github.exactlyonce.testbed.bench.jobs;

/**
 * What one contender did with one lot of jobs while all others had none.
 *
 * @param seconds from the first due time to the last job's first effect
 * @param workersCpu seconds that its workers spent meanwhile
 * @param storeCpu seconds that the store spent meanwhile
 */
record Turn(Outcome outcome, double seconds, double workersCpu, double storeCpu) {

    /** Jobs that were done, not effects: one that is done twice counts once. */
    double rate() {
        return outcome.done() / seconds;
    }

    /** Microseconds of one processor. */
    double perJob(double cpuSeconds) {
        return 1e6 * cpuSeconds / Math.max(1, outcome.done());
    }
}
