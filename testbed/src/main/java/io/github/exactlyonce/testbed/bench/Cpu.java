package io.github.exactlyonce.testbed.bench;

import java.util.Collection;

/**
 * Processor time, in seconds: so far, or between two instants.
 *
 * @param orderService or whatever answers in its place; 0 where orders do not come over HTTP
 * @param replicas all of those whose turn it is
 * @param redis theirs
 * @param generator of this process
 * @param idle of the processes of the others
 */
record Cpu(double orderService, double replicas, double redis, double generator, double idle) {

    /** Of a contender, on the consuming side. */
    static Cpu read(Contender contender, Collection<Contender> all) {
        double others = all.stream()
                .filter(each -> each != contender)
                .mapToDouble(each -> of(each.replicaPids()) + of(each.redisPid()))
                .sum();
        return new Cpu(0, of(contender.replicaPids()), of(contender.redisPid()), ofThisProcess(), others);
    }

    Cpu since(Cpu before) {
        return new Cpu(
                orderService - before.orderService,
                replicas - before.replicas,
                redis - before.redis,
                generator - before.generator,
                idle - before.idle);
    }

    double total() {
        return orderService + replicas + redis + generator + idle;
    }

    static double ofThisProcess() {
        return of(ProcessHandle.current().pid());
    }

    static double of(Collection<Long> pids) {
        return pids.stream().mapToDouble(Cpu::of).sum();
    }

    static double of(long pid) {
        return ProcessHandle.of(pid)
                        .flatMap(handle -> handle.info().totalCpuDuration())
                        .orElseThrow(() -> new BenchException("The processor time of process " + pid
                                + " cannot be read: it has ended, or this system does not tell."))
                        .toNanos()
                / 1e9;
    }
}
