package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.testbed.audit.Audit;
import io.github.exactlyonce.testbed.audit.AuditReport;
import io.github.exactlyonce.testbed.load.Cancellations;
import io.github.exactlyonce.testbed.load.Cancelling;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.load.Markers;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.load.OrderRefusedException;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Polling;
import io.lettuce.core.RedisException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * {@code mvn -Pfaults}: orders come in at a steady rate, as from careful clients, who cancel some of them, while a schedule of faults that is decided
 * by a seed strikes the services, Redis, and what is between them. After each round all that waited must be settled; at the
 * end every accepted order is audited. Options: see {@link StormOptions}.
 */
public final class Storm {

    private static final int ORDERS_PER_SECOND = 200;
    /** Not so many that hardly a unit of the scarce SKU stays sold. */
    private static final int ONE_CANCELLED_IN = 8;

    private static final int ORDERS_BETWEEN_ROUNDS = 100;

    /** After the faults of a round are mended, and at the end. The machine may be busy with something else. */
    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(120);

    private final StormOptions options;
    private final PrintStream out;
    private final String run;
    private final Tally tally = new Tally();
    private final ProcessedLines processed = new ProcessedLines();
    private final List<String> violations = new ArrayList<>();

    Storm(StormOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.run = "storm-%s-%d".formatted(options.topology(), options.seed());
    }

    public static void main(String[] args) throws InterruptedException {
        try {
            if (!new Storm(StormOptions.parse(args), System.out).rage().isClean()) {
                System.exit(1); // ends Maven too, before it adds a page of its own
            }
        } catch (StormException | IllegalStateException e) { // a wrong option, or what did not start
            System.err.println(e.getMessage());
            System.exit(1);
        }
    }

    /** Starts everything, lets it be struck, and ends everything. */
    StormReport rage() throws InterruptedException {
        Schedule schedule = Schedule.of(options.seed(), options.faults(), options.topology());
        out.printf(
                "Storm of %d faults on a %s Redis, %d orders/s, durability %s.%nRepeat it with: %s%n",
                options.faults(), options.topology(), ORDERS_PER_SECOND, options.durability(), options.command());
        for (int i = 0; i < schedule.rounds().size(); i++) {
            out.printf("  %3d. %s%n", i + 1, schedule.rounds().get(i).plan());
        }
        AuditReport audit;
        try (Scene scene = Scene.set(options, run)) {
            audit = rage(scene, schedule);
        }
        StormReport report =
                new StormReport(options, tally, audit, List.copyOf(violations), LocalSystem.directoryOf(run));
        out.println(report);
        return report;
    }

    private @Nullable AuditReport rage(Scene scene, Schedule schedule) throws InterruptedException {
        OrderClient client = new OrderClient(scene.system().orderService().uri());
        List<String> skus = Scene.STOCK.keySet().stream().sorted().toList();
        Cancelling cancelling = new Cancelling(client, ONE_CANCELLED_IN, options.seed());
        Load load = Load.start(
                client, new RandomOrders("storm", skus, options.seed()), ORDERS_PER_SECOND, cancelling::consider);
        try (cancelling;
                Progress progress = Progress.start(out, load, scene.control())) {
            int number = 0;
            for (Round round : schedule.rounds()) {
                String name = "%d of %d: ".formatted(++number, schedule.rounds().size());
                strike(scene, load, client, possible(round), progress, name);
            }
            progress.now("no more faults");
            awaitAccepted(load);
            progress.now("audit");
            return audit(scene, load, cancelling, client);
        } catch (OrderRefusedException | IllegalStateException | RedisException e) {
            violations.add(String.valueOf(e.getMessage()));
            return null;
        } finally {
            load.stop();
        }
    }

    private Round possible(Round round) {
        List<Strike> possible = new ArrayList<>();
        for (Strike strike : round.strikes()) {
            String reason = strike.fault().impossibleBecause();
            if (reason.isEmpty()) {
                possible.add(strike);
            } else {
                tally.skip(strike.fault(), reason);
            }
        }
        return new Round(possible, round.peace());
    }

    private void strike(Scene scene, Load load, OrderClient client, Round round, Progress progress, String name)
            throws InterruptedException {
        if (round.strikes().isEmpty()) {
            return;
        }
        long repeatsBefore = client.repeats();
        progress.now(name + round);
        Deque<Mending> mendings = new ArrayDeque<>();
        for (int i = 0; i < round.strikes().size(); i++) {
            Strike strike = round.strikes().get(i);
            mendings.push(strike.fault().strike(scene, strike));
            boolean overlapped = i + 1 < round.strikes().size();
            pause(overlapped ? strike.duration().dividedBy(2) : strike.duration());
        }
        long mending = System.nanoTime();
        mendings.forEach(Mending::mend); // the last one first
        progress.now(name + "mended: " + round);
        Backlog backlog = new Backlog(scene.control());
        if (!backlog.awaitSettled(SETTLE_LIMIT)) {
            violations.add("%d s after the end of '%s': %s".formatted(SETTLE_LIMIT.toSeconds(), round, backlog));
        }
        awaitMoreOrders(load, round);
        Duration settledAfter = Duration.ofNanos(System.nanoTime() - mending);
        tally.add(
                round, settledAfter, processed.recoveredSince(logsOfReplicas(scene)), client.repeats() - repeatsBefore);
        checkAlive(scene, round);
        progress.now(name + "peace");
        pause(round.peace());
    }

    /** Else the next faults would strike a system that nobody uses. */
    private void awaitMoreOrders(Load load, Round round) {
        int enough = load.accepted() + ORDERS_BETWEEN_ROUNDS;
        if (!Polling.until(SETTLE_LIMIT, () -> load.accepted() >= enough || load.isDone())) {
            violations.add("%d s after the end of '%s' hardly an order is accepted"
                    .formatted(SETTLE_LIMIT.toSeconds(), round));
        }
    }

    private void checkAlive(Scene scene, Round round) {
        scene.system().processes().stream()
                .filter(process -> !process.isAlive())
                .forEach(process -> violations.add("%s ended by itself with exit code %d during or after '%s'"
                        .formatted(process.name(), process.exitCode(), round)));
    }

    private void awaitAccepted(Load load) {
        Duration limit = SETTLE_LIMIT.plusSeconds(options.orders() / ORDERS_PER_SECOND * 2L);
        if (!Polling.until(limit, () -> load.accepted() >= options.orders() || load.isDone())) {
            violations.add("only %d of %d orders were accepted".formatted(load.accepted(), options.orders()));
        }
    }

    private AuditReport audit(Scene scene, Load load, Cancelling cancelling, OrderClient client)
            throws InterruptedException {
        List<Order> accepted = new ArrayList<>(load.finish());
        Cancellations cancellations = cancelling.await();
        scene.system().waitUntilReady();
        Polling.until(SETTLE_LIMIT, () -> scene.control().waiting().isEmpty()); // if some stay, the audit tells more
        accepted.addAll(new Markers(client).awaitEveryReplicaDone(scene.system().replicas(), SETTLE_LIMIT));
        var redis = scene.control().connection();
        AuditReport audit = options.topology().hasFailovers()
                ? Audit.afterFailover(redis, accepted, cancellations, Scene.STOCK)
                : Audit.of(redis, accepted, cancellations, Scene.STOCK);
        audit.offenders().forEach((finding, offenders) -> violations.add(finding + ": " + offenders.size()));
        if (!options.topology().hasFailovers()) { // which take back what was processed
            checkProcessedOnce(scene);
        }
        if (options.durability().outlivesAFailover() && audit.takenBack().orders() > 0) {
            violations.add("a failover took back %d orders that a replica was said to have"
                    .formatted(audit.takenBack().orders()));
        }
        awaitOwnAudit(scene);
        return audit;
    }

    private void checkProcessedOnce(Scene scene) {
        processed.recoveredSince(logsOfReplicas(scene));
        Set<String> again = processed.again();
        if (!again.isEmpty()) {
            violations.add("logged as processed, or its stock as returned, more than once: %d, such as %s"
                    .formatted(again.size(), again.iterator().next()));
        }
    }

    /** The replicas audited all the while, from the ledger as it grew: nothing may have seemed wrong to them at any time. */
    private void awaitOwnAudit(Scene scene) {
        Inventory inventory = new Inventory(scene.system().replicas().get(0).uri());
        AtomicReference<String> last = new AtomicReference<>("");
        if (!Polling.until(SETTLE_LIMIT, () -> isComplete(last.updateAndGet(before -> inventory.audit())))
                || !last.get().contains("\"clean\":true")) {
            violations.add("a replica's own audit says: " + last);
        }
    }

    private static boolean isComplete(String audit) {
        return audit.contains("\"complete\":true");
    }

    private static List<Path> logsOfReplicas(Scene scene) {
        return scene.system().replicas().stream().map(ChildProcess::log).toList();
    }

    private static void pause(Duration duration) throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(duration.toMillis());
    }
}
