package io.github.exactlyonce.testbed.system;

import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A process that this JVM starts, hurts and ends. What it prints goes to a log file; starting it again appends. Needs a
 * POSIX system, for {@code kill}. Whoever creates one must see to it that it ends: see {@link LocalSystem}.
 */
public class ChildProcess {

    /** How long a process may take to end on SIGTERM before it gets SIGKILL. */
    private static final Duration STOP_LIMIT = Duration.ofSeconds(15);

    private final String name;
    private final Path log;
    private final ProcessBuilder builder;
    private volatile @Nullable Process process;

    /** @param environment added to that of this JVM */
    public ChildProcess(String name, List<String> command, Map<String, String> environment, Path log) {
        this.name = name;
        this.log = log;
        this.builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        // The caller says which Redis it is, completely: a password from the shell must not slip in.
        builder.environment().keySet().removeIf(variable -> variable.startsWith("SPRING_DATA_REDIS_"));
        builder.environment().putAll(environment);
    }

    /** The java program that runs this JVM, so that tests on JDK 25 run the services on 25. */
    public static String java() {
        return Path.of(System.getProperty("java.home"), "bin", "java").toString();
    }

    /**
     * The same command in a session of its own, so that Ctrl-C in the terminal reaches only us, and we decide what ends in
     * which order. Where there is no {@code setsid} (macOS), all end at once.
     */
    public static List<String> outOfReachOfCtrlC(List<String> command) {
        for (String directory : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator)) {
            if (Files.isExecutable(Path.of(directory, "setsid"))) {
                return Stream.concat(Stream.of("setsid"), command.stream()).toList();
            }
        }
        return command;
    }

    public final String name() {
        return name;
    }

    public final Path log() {
        return log;
    }

    public final synchronized void start() {
        if (isAlive()) {
            throw new IllegalStateException(name + " runs already");
        }
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(name + " cannot be started: " + builder.command(), e);
        }
    }

    public final boolean isAlive() {
        Process current = process;
        return current != null && current.isAlive();
    }

    /** @throws IllegalStateException if it was never started */
    public final long pid() {
        return started().pid();
    }

    /** Ends when this JVM does, however that happens: for a process that wants to notice. */
    public final OutputStream standardInput() {
        return started().getOutputStream();
    }

    /** @return 128 + the signal's number if a signal ended it */
    public final int exitCode() {
        return started().exitValue();
    }

    /** Asks it to end (SIGTERM), and ends it (SIGKILL) if it does not in time. */
    public final void stop() {
        stop(STOP_LIMIT);
    }

    /** As {@link #stop()}, for one that has more to do at its end than most. */
    public final synchronized void stop(Duration limit) {
        if (isAlive()) {
            resume();
            started().destroy();
            awaitExit(limit);
        }
    }

    /** SIGKILL: no goodbye to anyone. */
    public final synchronized void kill() {
        if (isAlive()) {
            started().destroyForcibly();
            awaitExit(STOP_LIMIT);
        }
    }

    /** SIGSTOP: like a long garbage collection or a frozen machine; its connections stay open. */
    public final void pause() {
        signal("STOP");
    }

    /** SIGCONT. */
    public final void resume() {
        signal("CONT");
    }

    private void signal(String signal) {
        try {
            Process kill = new ProcessBuilder(
                            "sh", "-c", "kill -" + signal + " " + pid()) // the shell's own: no package needed
                    .redirectErrorStream(true)
                    .start();
            String output = new String(kill.getInputStream().readAllBytes());
            if (kill.waitFor() != 0 && isAlive()) {
                throw new IllegalStateException("kill -" + signal + " of " + name + " failed: " + output);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void awaitExit(Duration limit) {
        try {
            if (!started().waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
                started().destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            started().destroyForcibly();
            throw interrupted(e);
        }
    }

    private Process started() {
        Process current = process;
        if (current == null) {
            throw new IllegalStateException(name + " was never started");
        }
        return current;
    }

    private IllegalStateException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new IllegalStateException("interrupted while waiting for " + name, e);
    }
}
