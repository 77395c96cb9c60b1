package io.github.exactlyonce.testbed;

import io.github.exactlyonce.testbed.system.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The docker-compose.yml of the repository under a project name and on ports of its own, so that it gets on with whatever
 * else runs. Nothing of it is left when it is closed, or when this JVM ends.
 */
final class ComposeProject implements AutoCloseable {

    private static final int SPARE_PORTS = 3;
    private static final int LINES_IN_ERROR = 30;

    private final List<String> compose;
    private final Map<String, String> environment;
    private final int orderPort;
    private final int redisPort;
    private boolean closed;

    private ComposeProject(List<String> program, Path directory) {
        List<Integer> ports = Ports.free(2 + TestSystem.REPLICAS + SPARE_PORTS);
        orderPort = ports.get(0);
        redisPort = ports.get(1);
        environment = Map.of(
                "ORDER_PORT",
                String.valueOf(orderPort),
                "INVENTORY_PORTS",
                ports.get(2) + "-" + ports.get(ports.size() - 1));
        compose = new ArrayList<>(program);
        compose.addAll(List.of(
                "--project-name", "exactly-once-" + ProcessHandle.current().pid()));
        compose.addAll(
                List.of("--file", repository().resolve("docker-compose.yml").toString()));
        compose.addAll(List.of("--file", withRedisOn(redisPort, directory).toString()));
        Runtime.getRuntime().addShutdownHook(new Thread(this::close, "docker compose down"));
    }

    /** @param directory for files of its own; empty if there is no Docker, or no Compose of version 2 or at least 1.29 */
    static Optional<ComposeProject> find(Path directory) {
        if (!succeeds(List.of("docker", "info"))) {
            return Optional.empty();
        }
        return Stream.of(List.of("docker", "compose"), List.of("docker-compose"))
                .filter(program -> succeeds(append(program, "version")))
                .findFirst()
                .map(program -> new ComposeProject(program, directory));
    }

    int orderPort() {
        return orderPort;
    }

    int redisPort() {
        return redisPort;
    }

    /** @return what it printed */
    String compose(String... arguments) {
        return run(append(compose, arguments), environment);
    }

    /** Ids; those of containers that do not run are among them. */
    List<String> containers(String... services) {
        return compose(Stream.concat(Stream.of("ps", "--quiet"), Stream.of(services))
                        .toArray(String[]::new))
                .lines()
                .toList();
    }

    static String docker(String... arguments) {
        return run(append(List.of("docker"), arguments), Map.of());
    }

    @Override
    public synchronized void close() {
        if (!closed) {
            closed = true;
            compose("down", "--volumes");
        }
    }

    private static Path withRedisOn(int port, Path directory) {
        try {
            return Files.writeString(
                    directory.resolve("redis-port.yml"),
                    "services: {redis: {ports: ['127.0.0.1:%d:6379']}}%n".formatted(port));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path repository() {
        Path directory = Path.of("").toAbsolutePath();
        while (!Files.exists(directory.resolve("docker-compose.yml"))) {
            directory = directory.getParent();
        }
        return directory;
    }

    private static List<String> append(List<String> command, String... arguments) {
        return Stream.concat(command.stream(), Stream.of(arguments)).toList();
    }

    private static boolean succeeds(List<String> command) {
        try {
            run(command, Map.of());
            return true;
        } catch (UncheckedIOException | IllegalStateException e) {
            return false;
        }
    }

    private static String run(List<String> command, Map<String, String> environment) {
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().putAll(environment);
            Process process = builder.start();
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes());
            if (process.waitFor() != 0) {
                List<String> lines = output.lines().toList();
                throw new IllegalStateException("%s ended with exit code %d:%n%s"
                        .formatted(
                                String.join(" ", command),
                                process.exitValue(),
                                String.join(
                                        "\n",
                                        lines.subList(Math.max(0, lines.size() - LINES_IN_ERROR), lines.size()))));
            }
            return output;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
