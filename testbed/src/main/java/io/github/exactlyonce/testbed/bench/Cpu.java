package io.github.exactlyonce.testbed.bench;

import java.util.Collection;

/**
 * Processor time, in seconds: so far, or between two instants.
 *
 * @param replicas of the contender whose turn it is
 * @param redis of its Redis
 * @param generator of this process
 * @param idle of the processes of the others
 */
record Cpu(double replicas, double redis, double generator, double idle) {

    static Cpu read(Contender contender, Collection<Contender> all) {
        double others = all.stream()
                .filter(each -> each != contender)
                .mapToDouble(each -> of(each.replicaPids()) + of(each.redisPid()))
                .sum();
        return new Cpu(
                of(contender.replicaPids()),
                of(contender.redisPid()),
                of(ProcessHandle.current().pid()),
                others);
    }

    Cpu since(Cpu before) {
        return new Cpu(
                replicas - before.replicas, redis - before.redis, generator - before.generator, idle - before.idle);
    }

    double total() {
        return replicas + redis + generator + idle;
    }

    private static double of(Collection<Long> pids) {
        return pids.stream().mapToDouble(Cpu::of).sum();
    }

    private static double of(long pid) {
        return ProcessHandle.of(pid)
                        .flatMap(handle -> handle.info().totalCpuDuration())
                        .orElseThrow(() -> new BenchException("The processor time of process " + pid
                                + " cannot be read: it has ended, or this system does not tell."))
                        .toNanos()
                / 1e9;
    }
}
