package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.bench.http.HttpOrders;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.SystemPlan;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What both services have learned from some seconds of orders, for their next starts: the classes as loaded and linked, and which methods are worth compiling
 * and how (JEP 483, 514, 515). The images are built with such caches. Java before 25 has none.
 */
final class AotCaches {

    private static final int FIRST_JAVA = 25;
    private static final Duration TRAINING = Duration.ofSeconds(30);
    private static final Duration WRITING = Duration.ofMinutes(2);
    private static final Path DIRECTORY = LocalSystem.directoryOf("bench-training");

    private AotCaches() {}

    static boolean exist() {
        return Runtime.version().feature() >= FIRST_JAVA;
    }

    /** What a process needs in its environment to start from them, by its name. */
    static Function<String, Map<String, String>> environment() {
        return name -> exist() ? option("-XX:AOTCache=" + file(name)) : Map.of();
    }

    /** Starts both, has them do what will be measured, and ends them, upon which they write what they have learned. */
    static void train(Progress progress) {
        if (!exist()) {
            return;
        }
        progress.say("training: both services, for %d s".formatted(TRAINING.toSeconds()));
        try (RedisProcess redis = RedisProcess.start();
                LocalSystem system = LocalSystem.launch(plan(redis), AotCaches::recording)) {
            system.waitUntilReady();
            try (Books books = new Books(redis.port());
                    HttpOrders client = new HttpOrders(system.orderService().port(), HttpScene.CONNECTIONS, "")) {
                books.stockUp(Entrant.SKUS);
                client.asFastAsAnswered(new RandomOrders("training", Entrant.SKUS, Entrant.SEED), TRAINING);
            }
            system.processes().forEach(process -> process.stop(WRITING));
        }
        progress.say("trained");
    }

    private static SystemPlan plan(RedisProcess redis) {
        List<Integer> ports = Ports.free(2);
        return new SystemPlan(
                DIRECTORY.getFileName().toString(),
                RedisNodes.uri(redis.port()),
                ports.get(0),
                ports.subList(1, 2),
                Jvm.options(),
                Map.of(),
                false);
    }

    private static Map<String, String> recording(String name) {
        try {
            Files.deleteIfExists(file(name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return option("-XX:AOTCacheOutput=" + file(name));
    }

    private static Map<String, String> option(String option) {
        return Map.of("JDK_JAVA_OPTIONS", option);
    }

    /** All replicas are the same program. */
    private static Path file(String name) {
        return DIRECTORY.resolve(name.replaceFirst("-\\d+$", "") + ".aot");
    }
}
