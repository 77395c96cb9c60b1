package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.ChildProcess;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import redis.embedded.core.ExecutableProvider;

/**
 * The Redis of the local run, in a small JVM of its own. A {@link RedisProcess} ends with its JVM, and shutdown hooks run in
 * no order: in the JVM of the local run, Redis would go while the services still need it. It ends when Redis does, and when
 * the JVM of the local run is killed, because then its standard input ends.
 */
final class RedisHost {

    private RedisHost() {}

    /** @param directory for its log and that of Redis; must exist */
    static ChildProcess process(int port, Path directory) {
        String classPath = Stream.of(RedisHost.class, RedisProcess.class, ExecutableProvider.class)
                .map(RedisHost::location)
                .collect(Collectors.joining(File.pathSeparator));
        List<String> command = List.of(
                ChildProcess.java(),
                "-Xmx32m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Dredis.server=" + System.getProperty("redis.server", ""),
                "-cp",
                classPath,
                RedisHost.class.getName(),
                String.valueOf(port),
                directory.toString());
        return new ChildProcess(
                "redis", ChildProcess.outOfReachOfCtrlC(command), Map.of(), directory.resolve("redis-host.log"));
    }

    public static void main(String[] args) throws IOException {
        RedisProcess redis = RedisProcess.start(Integer.parseInt(args[0]), Path.of(args[1]));
        ProcessHandle.of(redis.pid()).ifPresent(process -> process.onExit().thenRun(() -> System.exit(1)));
        while (System.in.read() >= 0) {
            // nothing is said here; what counts is the end
        }
        System.exit(0);
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
