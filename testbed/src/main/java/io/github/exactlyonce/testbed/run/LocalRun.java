package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import io.github.exactlyonce.testbed.system.SystemPlan;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * {@code mvn -Prun}: Redis, the order service and some inventory replicas on this machine, until Ctrl-C. Options: see
 * {@link RunOptions}.
 */
public final class LocalRun {

    private static final Map<String, Long> FIRST_STOCK = new TreeMap<>(Map.of("001", 10_000L, "002", 50L, "003", 10L));

    /** Where the order of the invitation is. */
    private static final String FIRST_ORDER = "order:{main}:29";

    private static final Duration START_LIMIT = Duration.ofMinutes(3);
    private static final Duration READY_LIMIT = Duration.ofSeconds(30);
    private static final Duration LOG_INTERVAL = Duration.ofMillis(100);

    private final RunOptions options;
    private final Terminal terminal;
    private final CountDownLatch stopping = new CountDownLatch(1);
    private volatile @Nullable LocalRedis redis;
    private volatile @Nullable LocalSystem system;

    private LocalRun(RunOptions options, Terminal terminal) {
        this.options = options;
        this.terminal = terminal;
    }

    public static void main(String[] args) throws InterruptedException {
        try {
            new LocalRun(RunOptions.parse(args), Terminal.standardOutput()).run();
        } catch (RunException e) {
            System.err.println(e.getMessage());
            System.exit(1); // ends Maven too, before it adds a page of its own
        }
    }

    private void run() throws InterruptedException {
        checkPorts();
        Runtime.getRuntime().addShutdownHook(new Thread(this::stop, "stop"));
        try {
            followLogs(start());
        } catch (RunException | IllegalStateException e) {
            if (stopping.getCount() > 0) {
                throw new RunException(e.getMessage());
            }
        }
        new CountDownLatch(1).await(); // the shutdown hook is at work, and Maven must not go on meanwhile
    }

    private void checkPorts() {
        Stream.concat(Stream.of(options.port()), options.replicaPorts().stream())
                .filter(port -> !Ports.isFree(port))
                .findFirst()
                .ifPresent(port -> {
                    throw new RunException("Port %d is taken: stop what listens there, or choose others with -Dport=%d."
                            .formatted(port, freePort()));
                });
    }

    /** The next thousand above the wanted ports at which all are free, so that the advice helps. */
    private int freePort() {
        return IntStream.iterate(options.port() + 1_000, port -> port < 60_000, port -> port + 1_000)
                .filter(port ->
                        IntStream.rangeClosed(port, port + options.replicas()).allMatch(Ports::isFree))
                .findFirst()
                .orElseGet(() -> Ports.free(1 + options.replicas()).get(0));
    }

    /** @return what runs now */
    private List<ChildProcess> start() {
        String run = "local-run-" + options.port();
        LocalRedis redis = options.redis()
                .<LocalRedis>map(ExistingRedis::new)
                .orElseGet(() -> OwnRedis.of(options.topology(), run));
        this.redis = redis;
        redis.start(terminal);
        terminal.say("Starting the order service on port %d and %d inventory %s from port %d"
                .formatted(
                        options.port(),
                        options.replicas(),
                        options.replicas() == 1 ? "replica" : "replicas",
                        options.port() + 1));
        LocalSystem system = LocalSystem.launch(plan(run, options, redis));
        this.system = system;
        waitUntilReady(system);
        stockUp(system);
        terminal.say(invitation(system, redis));
        return Stream.concat(system.processes().stream(), redis.process().stream())
                .toList();
    }

    static SystemPlan plan(String run, RunOptions options, LocalRedis redis) {
        return new SystemPlan(
                run,
                redis.uri(),
                options.port(),
                options.replicaPorts(),
                List.of("-Xmx256m", "-XX:+UseSerialGC"),
                redis.settings(),
                true);
    }

    private void waitUntilReady(LocalSystem system) {
        long start = System.nanoTime();
        for (ServiceProcess process : system.processes()) {
            process.waitUntilItAnswers(START_LIMIT);
            process.waitUntilReady(READY_LIMIT);
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - start);
            terminal.say("  %s is ready on %d (pid %d) after %d s"
                    .formatted(process.name(), process.port(), process.pid(), seconds));
        }
    }

    private void stockUp(LocalSystem system) {
        Inventory inventory = new Inventory(system.replicas().get(0).uri());
        if (inventory.asksForAKey()) {
            terminal.say(
                    "  no stock is set: the services ask for a key (SECURITY_MODE), so set it with one that may operate, and send "
                            + "-H \"Authorization: Bearer $KEY\" with each request below");
            return;
        }
        FIRST_STOCK.forEach((sku, quantity) -> {
            if (!inventory.has(sku)) {
                inventory.set(sku, quantity);
                terminal.say("  stock of %s is %d".formatted(sku, quantity));
            }
        });
    }

    private String invitation(LocalSystem system, LocalRedis redis) {
        return """

                Ready. The console is at http://localhost:%1$d/. Or try in another terminal:

                  curl -i localhost:%1$d/orders -H 'Content-Type: application/json' \\
                    -d '{"orderId":"29","items":[{"id":"001","quantity":2},{"id":"002","quantity":1}]}'
                  curl localhost:%1$d/orders/29
                  curl localhost:%2$d/inventory
                %4$s
                Every replica hears of the order, one settles it. Ctrl-C ends all.
                Logs: %3$s
                """.formatted(
                        options.port(),
                        options.port() + 1,
                        system.orderService().log().getParent(),
                        redis.invitation(FIRST_ORDER).indent(2));
    }

    private void followLogs(List<ChildProcess> processes) throws InterruptedException {
        LogFollower logs = new LogFollower(terminal, processes);
        while (!stopping.await(LOG_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
            logs.tick();
        }
    }

    /** The services first, while Redis is there for what they have in hand. */
    private void stop() {
        stopping.countDown();
        LocalSystem system = this.system;
        if (system != null) {
            terminal.say("Stopping the order service and the replicas");
            system.close();
        }
        LocalRedis redis = this.redis;
        if (redis != null) {
            redis.process().ifPresent(host -> {
                terminal.say("Stopping Redis");
                host.stop();
            });
        }
    }
}
