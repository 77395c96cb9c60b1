package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.ClusterProcesses;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * All counters at one instant, or how much they grew between two.
 *
 * @param seconds since some instant, or between two
 * @param figures of all nodes and services
 * @param cpuByNode of the processes of Redis, in µs
 */
record Reading(double seconds, Map<Figure, Double> figures, List<Double> cpuByNode) {

    static Reading take(ClusterProcesses cluster, LocalSystem system) {
        List<NodeStats> nodes = cluster.nodes().stream()
                .map(RedisProcess::port)
                .map(port -> NodeStats.read(cluster.asked().commands(port)))
                .toList();
        Map<Figure, Double> figures = new EnumMap<>(Figure.class);
        for (NodeStats node : nodes) {
            figures.merge(Figure.SENT, node.sent(), Double::sum);
            figures.merge(Figure.SCRIPTED, node.commands() - node.sent(), Double::sum);
            figures.merge(Figure.BYTES, node.bytes(), Double::sum);
            figures.merge(Figure.BUS, node.busMessages(), Double::sum);
            figures.merge(Figure.REDIS, node.cpuMicros(), Double::sum);
            figures.merge(Figure.GATES, node.calls("set"), Double::sum);
            figures.merge(Figure.GATE_MICROS, node.micros("set"), Double::sum);
            figures.merge(Figure.SCRIPTS, node.calls("evalsha") + node.calls("eval"), Double::sum);
            figures.merge(Figure.SCRIPT_MICROS, node.micros("evalsha") + node.micros("eval"), Double::sum);
        }
        figures.put(Figure.ORDER_SERVICE, cpuMicros(system.orderService()));
        figures.put(
                Figure.REPLICA,
                system.replicas().stream()
                        .filter(ServiceProcess::isAlive)
                        .mapToDouble(Reading::cpuMicros)
                        .average()
                        .orElse(0));
        List<Double> cpu = nodes.stream().map(NodeStats::cpuMicros).toList();
        return new Reading(System.nanoTime() / (double) TimeUnit.SECONDS.toNanos(1), figures, cpu);
    }

    Reading since(Reading before) {
        Map<Figure, Double> grown = new EnumMap<>(Figure.class);
        figures.forEach((figure, value) -> grown.put(figure, value - before.get(figure)));
        List<Double> cpu = new ArrayList<>();
        for (int i = 0; i < cpuByNode.size(); i++) {
            cpu.add(cpuByNode.get(i) - before.cpuByNode.get(i));
        }
        return new Reading(seconds - before.seconds, grown, cpu);
    }

    double get(Figure figure) {
        return figures.getOrDefault(figure, 0.0);
    }

    double perSecond(Figure figure) {
        return get(figure) / seconds;
    }

    /** For each of these, without what would have been spent anyway. */
    double each(Figure figure, double count, Reading idle) {
        return (get(figure) - idle.perSecond(figure) * seconds) / count;
    }

    private static double cpuMicros(ServiceProcess process) {
        return ProcessHandle.of(process.pid())
                        .flatMap(handle -> handle.info().totalCpuDuration())
                        .orElseThrow(() -> new ScalingException(
                                "The processor time of " + process.name() + " cannot be read on this system."))
                        .toNanos()
                / 1e3;
    }
}
