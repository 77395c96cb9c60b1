package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.system.Ports;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** One Redis whose append-only file is written before anything is answered: what it has said, it keeps. */
final class StandaloneRedis implements StormRedis {

    private final RedisProcess process;

    private StandaloneRedis(RedisProcess process) {
        this.process = process;
    }

    static StandaloneRedis start(Path directory) {
        try {
            Path data = Files.createDirectories(directory.resolve("redis"));
            return new StandaloneRedis(
                    RedisProcess.start(Ports.free(), data, "--appendonly", "yes", "--appendfsync", "always"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public RedisProcess primary() {
        return process;
    }

    @Override
    public Map<String, String> settings() {
        return Map.of();
    }

    @Override
    public List<RedisProcess> nodes() {
        return List.of(process);
    }

    @Override
    public void close() {
        process.close();
    }
}
