package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.LogFile;
import io.github.exactlyonce.testbed.system.Polling;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.Sentinels;
import io.github.exactlyonce.testbed.system.Topology;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisURI;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.springframework.util.FileSystemUtils;

/** One that comes and goes with the run. Its processes have a {@link RedisHost}; here they are made one. */
abstract class OwnRedis implements LocalRedis {

    private static final Duration START_LIMIT = Duration.ofSeconds(20);

    private final List<Integer> ports;
    private final int processes;
    private final ChildProcess host;
    private final List<Started> started = new ArrayList<>();

    /** What an earlier run of this name left is gone. */
    OwnRedis(String run, Topology topology, List<Integer> ports) {
        this.ports = ports;
        this.processes = ports.size() + (topology == Topology.SENTINEL ? Sentinels.COUNT : 0);
        Path directory = LocalSystem.directoryOf(run).resolve("redis");
        try {
            FileSystemUtils.deleteRecursively(directory);
            this.host = RedisHost.process(topology, ports, Files.createDirectories(directory));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static OwnRedis of(Topology topology, String run) {
        return switch (topology) {
            case STANDALONE -> new OwnStandalone(run);
            case SENTINEL -> new OwnSentinel(run);
            case CLUSTER -> new OwnCluster(run);
        };
    }

    /** Makes one Redis of processes that answer; a single one is one. */
    void form(RedisNodes nodes) {}

    /** One line that says that it is ready, and more on who is what. */
    abstract String description();

    @Override
    public void start(Terminal terminal) {
        startProcesses();
        try (RedisNodes nodes = new RedisNodes()) {
            form(nodes);
        } catch (RedisException | IllegalStateException e) {
            throw new RunException("Redis did not get ready, %s: see %s."
                    .formatted(e.getMessage(), host.log().getParent()));
        }
        terminal.say(description());
    }

    @Override
    public RedisURI uri() {
        return RedisNodes.uri(ports.get(0));
    }

    @Override
    public Optional<ChildProcess> process() {
        return Optional.of(host);
    }

    List<Integer> ports() {
        return ports;
    }

    /** A node, as the ports were given. */
    Started node(int index) {
        return started.get(index);
    }

    List<Started> sentinels() {
        return started.subList(ports.size(), started.size());
    }

    private void startProcesses() {
        LogFile said = new LogFile(host.log());
        host.start();
        boolean all = Polling.until(START_LIMIT, () -> {
            said.newLines().stream().map(Started::in).flatMap(Optional::stream).forEach(started::add);
            return !host.isAlive() || started.size() == processes;
        });
        if (!all || !host.isAlive()) {
            throw new RunException("Redis did not start on port %d: see %s.".formatted(ports.get(0), host.log()));
        }
    }
}
