package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.testbed.system.ClusterProcesses;
import java.lang.management.ManagementFactory;
import java.util.Locale;

/** What figures were taken on. */
final class Machine {

    private Machine() {}

    static String describe(ClusterProcesses cluster) {
        String redis = cluster.asked()
                .commands(cluster.nodes().get(0).port())
                .info("server")
                .lines()
                .filter(line -> line.startsWith("redis_version:"))
                .map(line -> line.substring("redis_version:".length()).strip())
                .findFirst()
                .orElse("?");
        return "%s %s, %d processors, JDK %s, Redis %s, all on one machine"
                .formatted(
                        System.getProperty("os.name"),
                        System.getProperty("os.arch"),
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.version(),
                        redis);
    }

    /** Of the last minute, by whoever. */
    static String load() {
        return String.format(
                Locale.ROOT,
                "%.1f",
                ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage());
    }
}
