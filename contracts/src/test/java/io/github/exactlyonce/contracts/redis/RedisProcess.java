package io.github.exactlyonce.contracts.redis;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/**
 * A real {@code redis-server} on 127.0.0.1 as a child process: the one on the PATH if it is 6.2 or newer, else the one
 * that is embedded in a jar ({@code -Dredis.server=embedded} chooses that; any other value is taken as the program's
 * path). It ends with this JVM.
 */
public final class RedisProcess implements AutoCloseable {

    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    /** Somebody may take the port that was free, or, of a cluster's node, the one 10,000 above it, before Redis does. */
    private static final int ATTEMPTS = 5;

    private final int port;
    private final Path directory;
    private final @Nullable Path configuration;
    private final List<String> options;
    private Process process;

    private RedisProcess(int port, Path directory, @Nullable Path configuration, List<String> options) {
        this.port = port;
        this.directory = directory;
        this.configuration = configuration;
        this.options = options;
        Runtime.getRuntime().addShutdownHook(new Thread(this::close));
    }

    /** On a free port, without persistence. */
    public static RedisProcess start(String... options) {
        for (int attempt = 1; ; attempt++) {
            try {
                return start(freePort(), Files.createTempDirectory("redis"), options);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            } catch (IllegalStateException e) {
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    /**
     * @param directory where it writes its log, {@code redis.log}, and its append-only file if {@code options} ask for one
     * @param options as on the command line of redis-server: {@code "--appendonly", "yes"}
     */
    public static RedisProcess start(int port, Path directory, String... options) {
        RedisProcess redis = new RedisProcess(port, directory, null, List.of(options));
        redis.launch();
        return redis;
    }

    /** A sentinel that watches {@code primary} under this name, and by itself is a majority. */
    public static RedisProcess startSentinel(String name, RedisProcess primary, String... settings) {
        try {
            return startSentinel(name, primary, 1, Files.createTempDirectory("sentinel"), settings);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * One of several sentinels that watch {@code primary} under this name.
     *
     * @param quorum how many have to agree that it is gone
     * @param directory where it writes its log and its configuration
     */
    public static RedisProcess startSentinel(
            String name, RedisProcess primary, int quorum, Path directory, String... settings) {
        try {
            List<String> lines = new ArrayList<>(
                    List.of("sentinel monitor " + name + " " + primary.host() + " " + primary.port() + " " + quorum));
            lines.addAll(List.of(settings));
            Path file = Files.write(directory.resolve("sentinel.conf"), lines); // it rewrites this file
            RedisProcess sentinel = new RedisProcess(freePort(), directory, file, List.of("--sentinel"));
            sentinel.launch();
            return sentinel;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public int port() {
        return port;
    }

    public String host() {
        return "127.0.0.1";
    }

    public String url() {
        return "redis://127.0.0.1:" + port;
    }

    public long pid() {
        return process.pid();
    }

    /** SIGKILL: what was not in the append-only file is gone. */
    public synchronized void kill() {
        process.destroyForcibly();
        awaitExit();
    }

    /** SIGSTOP: its connections stay open and nothing is answered, until {@link #thaw()}. */
    public synchronized void freeze() {
        signal("STOP");
    }

    /** SIGCONT. */
    public synchronized void thaw() {
        signal("CONT");
    }

    /** Starts it again, on the same port and directory. */
    public synchronized void restart() {
        if (process.isAlive()) {
            kill();
        }
        launch();
    }

    @Override
    public synchronized void close() {
        if (process != null && process.isAlive()) {
            thaw(); // else it would not see the SIGTERM
            process.destroy();
            awaitExit();
        }
    }

    private synchronized void launch() {
        List<String> command = new ArrayList<>(List.of(executable()));
        if (configuration != null) {
            command.add(configuration.toString()); // the first argument or none
        }
        command.addAll(List.of(
                "--port",
                String.valueOf(port),
                "--bind",
                "127.0.0.1",
                "--dir",
                directory.toString(),
                "--logfile",
                "redis.log",
                "--save",
                "",
                "--maxmemory-policy",
                "noeviction"));
        command.addAll(options);
        try {
            process = new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(
                            directory.resolve("redis.out").toFile()))
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException("redis-server cannot be started: " + command, e);
        }
        awaitReady();
    }

    /** Ready is an answer to PING that is not an error: while it loads its append-only file it says LOADING. */
    private void awaitReady() {
        Instant deadline = Instant.now().plus(START_LIMIT);
        while (!answersPing()) {
            if (!process.isAlive() || Instant.now().isAfter(deadline)) {
                throw new IllegalStateException(
                        "redis-server on port " + port + " did not become ready; see " + directory);
            }
            pause();
        }
    }

    private boolean answersPing() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(host(), port), 500);
            socket.setSoTimeout(500);
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            byte[] answer = socket.getInputStream().readNBytes(5);
            String text = new String(answer, StandardCharsets.US_ASCII);
            return text.equals("+PONG") || text.equals("-NOAU");
        } catch (IOException e) {
            return false;
        }
    }

    private void signal(String name) {
        try {
            new ProcessBuilder("sh", "-c", "kill -" + name + " " + pid()) // the shell's own: no package needed
                    .inheritIO()
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(20);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while redis-server was starting", e);
        }
    }

    private void awaitExit() {
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor(10, TimeUnit.SECONDS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
        }
    }

    private static final class Executable {
        private static final String PATH = find();

        private static String find() {
            String wanted = System.getProperty("redis.server", "");
            if (!wanted.isEmpty() && !wanted.equals("embedded")) {
                return wanted;
            }
            return wanted.isEmpty() && isRecent("redis-server") ? "redis-server" : embedded();
        }

        private static boolean isRecent(String program) {
            try {
                Process process = new ProcessBuilder(program, "--version")
                        .redirectErrorStream(true)
                        .start();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                Matcher version = Pattern.compile("v=(\\d+)\\.(\\d+)").matcher(output);
                return version.find()
                        && Integer.parseInt(version.group(1)) * 100 + Integer.parseInt(version.group(2)) >= 602;
            } catch (IOException e) {
                return false;
            }
        }

        private static String embedded() {
            try {
                File file = ExecutableProvider.newJarResourceProvider().get();
                return file.getAbsolutePath();
            } catch (IOException e) {
                throw new UncheckedIOException("the embedded redis-server cannot be unpacked", e);
            }
        }
    }

    private static String executable() {
        return Executable.PATH;
    }
}
