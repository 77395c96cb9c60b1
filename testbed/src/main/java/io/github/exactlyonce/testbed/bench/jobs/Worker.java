package io.github.exactlyonce.testbed.bench.jobs;

import io.github.exactlyonce.testbed.bench.BenchException;
import io.github.exactlyonce.testbed.bench.rivals.RivalReplica;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Polling;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** One worker of somebody else's, as a process of its own. It ends when its standard input does. */
final class Worker {

    private static final Duration START_LIMIT = Duration.ofMinutes(3);

    private Worker() {}

    enum Kind {
        PUBLISHED,
        DB_SCHEDULER;

        private void start(String name, String store) {
            switch (this) {
                case PUBLISHED -> new PublishedWorker(name, Integer.parseInt(store)).start();
                case DB_SCHEDULER -> new DbSchedulerWorker(name, store).start();
            }
        }
    }

    /** @param store what the workers need to find it */
    static List<ChildProcess> launch(Kind kind, int workers, List<String> jvmOptions, String store) {
        List<ChildProcess> launched = new ArrayList<>();
        for (int i = 1; i <= workers; i++) {
            String name = kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + "-" + i;
            List<String> command = new ArrayList<>(List.of(ChildProcess.java()));
            command.addAll(jvmOptions);
            command.addAll(List.of("-cp", RivalReplica.classPath(), Worker.class.getName(), kind.name(), name, store));
            launched.add(new ChildProcess(
                    name,
                    command,
                    Map.of(),
                    LocalSystem.directoryOf("bench-jobs").resolve(name + ".log")));
        }
        launched.forEach(ChildProcess::start);
        return List.copyOf(launched);
    }

    /** @param ready how many of them look for jobs */
    static void awaitReady(List<ChildProcess> workers, LongSupplier ready) {
        if (!Polling.until(START_LIMIT, () -> ready.getAsLong() == workers.size())) {
            throw new BenchException("Not all workers are ready within %d s; their logs are in %s."
                    .formatted(
                            START_LIMIT.toSeconds(),
                            workers.stream()
                                    .map(worker -> worker.log().toString())
                                    .collect(Collectors.joining(", "))));
        }
    }

    public static void main(String[] args) throws IOException {
        Kind.valueOf(args[0]).start(args[1], args[2]);
        while (System.in.read() >= 0) {
            // until whoever started it has ended
        }
        System.exit(0); // whatever threads are left
    }
}
