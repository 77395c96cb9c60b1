package io.github.exactlyonce.testbed.bench.jobs;

import io.github.exactlyonce.testbed.bench.BenchException;
import io.github.exactlyonce.testbed.system.ChildProcess;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

/**
 * Processor time so far, in seconds, by process.
 *
 * @param workers all of them, or this would not be about three
 * @param store its processes come and go, if it has one for each connection
 */
record Cpu(Map<Long, Double> workers, Map<Long, Double> store) {

    static Cpu read(JobContender contender) {
        for (ChildProcess worker : contender.workers()) {
            if (!worker.isAlive()) {
                throw new BenchException("%s has ended; its log is %s.".formatted(worker.name(), worker.log()));
            }
        }
        return new Cpu(of(contender.workers().stream().map(ChildProcess::pid).toList()), of(contender.storePids()));
    }

    double workersSince(Cpu before) {
        return since(before.workers, workers);
    }

    /** What a process of the store spent that ended meanwhile is not known. */
    double storeSince(Cpu before) {
        return since(before.store, store);
    }

    private static double since(Map<Long, Double> before, Map<Long, Double> after) {
        return after.entrySet().stream()
                .mapToDouble(each -> each.getValue() - before.getOrDefault(each.getKey(), 0.0))
                .sum();
    }

    private static Map<Long, Double> of(Collection<Long> pids) {
        Map<Long, Double> seconds = new HashMap<>();
        for (long pid : pids) {
            ProcessHandle.of(pid)
                    .flatMap(handle -> handle.info().totalCpuDuration())
                    .ifPresent(spent -> seconds.put(pid, spent.toNanos() / 1e9));
        }
        return seconds;
    }
}
