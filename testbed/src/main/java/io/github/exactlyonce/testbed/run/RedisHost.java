package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.RedisCluster;
import io.github.exactlyonce.testbed.system.Sentinels;
import io.github.exactlyonce.testbed.system.Topology;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * The Redis of the local run, in a small JVM of its own. A {@link RedisProcess} ends with its JVM, and shutdown hooks run in
 * no order: in the JVM of the local run, Redis would go while the services still need it. It ends when all its processes have
 * ended, and when the JVM of the local run is killed, because then its standard input ends.
 */
final class RedisHost {

    /** New replicas do not wait five seconds for more of them. */
    private static final List<String> AT_ONCE = List.of("--repl-diskless-sync-delay", "0");

    private RedisHost() {}

    /**
     * @param ports of the nodes; with Sentinel the first is the primary, and the sentinels come on ports of their own
     * @param directory for its log and those of Redis; must exist
     */
    static ChildProcess process(Topology topology, List<Integer> ports, Path directory) {
        String classPath = Stream.of(RedisHost.class, RedisProcess.class, ExecutableProvider.class)
                .map(RedisHost::location)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = new ArrayList<>(List.of(
                ChildProcess.java(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dredis.server=" + System.getProperty("redis.server", ""),
                "-cp",
                classPath,
                RedisHost.class.getName(),
                directory.toString(),
                topology.name(),
                ports.stream().map(String::valueOf).collect(Collectors.joining(","))));
        command.addAll(options(topology));
        return new ChildProcess(
                "redis", ChildProcess.outOfReachOfCtrlC(command), Map.of(), directory.resolve("redis-host.log"));
    }

    private static List<String> options(Topology topology) {
        return switch (topology) {
            case STANDALONE -> List.of();
            case SENTINEL -> AT_ONCE;
            case CLUSTER ->
                Stream.concat(
                                AT_ONCE.stream(),
                                Stream.of(RedisCluster.nodeOptions("--cluster-require-full-coverage", "no")))
                        .toList();
        };
    }

    /** @param args directory, topology, ports, and what every node is started with; no client of Redis is on the class path */
    public static void main(String[] args) throws IOException {
        List<Integer> ports =
                Arrays.stream(args[2].split(",")).map(Integer::valueOf).toList();
        List<String> options = List.of(args).subList(3, args.length);
        List<Started> all = start(Topology.valueOf(args[1]), ports, Path.of(args[0]), options);
        AtomicInteger running = new AtomicInteger(all.size());
        all.forEach(each -> onEnd(each, () -> {
            System.out.println(each.name() + " has ended");
            if (running.decrementAndGet() == 0) {
                System.exit(1);
            }
        }));
        all.forEach(System.out::println);
        while (System.in.read() >= 0) {
            // nothing is said here; what counts is the end
        }
        System.exit(0);
    }

    private static List<Started> start(Topology topology, List<Integer> ports, Path directory, List<String> options)
            throws IOException {
        RedisProcess first = node(ports.get(0), directory, options);
        List<String> more = new ArrayList<>(options);
        if (topology == Topology.SENTINEL) {
            more.addAll(List.of("--replicaof", first.host(), String.valueOf(first.port())));
        }
        List<Started> started = new ArrayList<>(List.of(Started.of("redis-" + first.port(), first)));
        for (int port : ports.subList(1, ports.size())) {
            started.add(Started.of("redis-" + port, node(port, directory, more)));
        }
        if (topology == Topology.SENTINEL) {
            for (RedisProcess sentinel : Sentinels.start(first, directory)) {
                started.add(Started.of("sentinel-" + sentinel.port(), sentinel));
            }
        }
        return started;
    }

    private static RedisProcess node(int port, Path directory, List<String> options) throws IOException {
        Path own = Files.createDirectories(directory.resolve("redis-" + port));
        return RedisProcess.start(port, own, options.toArray(String[]::new));
    }

    /** Also if it has ended by now. */
    private static void onEnd(Started process, Runnable action) {
        ProcessHandle.of(process.pid())
                .map(ProcessHandle::onExit)
                .orElse(CompletableFuture.completedFuture(null))
                .thenRun(action);
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}
