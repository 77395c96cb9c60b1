package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.audit.Audit;
import io.github.exactlyonce.testbed.audit.AuditReport;
import io.github.exactlyonce.testbed.audit.Finding;
import io.github.exactlyonce.testbed.figures.Machine;
import io.github.exactlyonce.testbed.figures.Report;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.load.OrderRefusedException;
import io.github.exactlyonce.testbed.system.Polling;
import io.lettuce.core.RedisException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Orders for 24 warehouses on three shards, served by two groups of replicas. First nothing fails, and each shard has to do as much as the
 * others. Then a primary is killed, its replica takes over and it comes back as a replica; then all of a warehouse moves to another
 * shard. At the end each order of each warehouse is audited. Every order is acknowledged on a replica, so the failover may take back none.
 */
final class Proof {

    /** So much more than the least busy shard may the busiest one have to do. */
    private static final double EVEN = 1.15;

    private static final double CALM_FROM = 0.1;
    private static final double CALM_UNTIL = 0.5;
    private static final double MOVED_FROM = 0.7;

    private static final Duration SETTLE_LIMIT = Duration.ofSeconds(120);
    private static final Duration TELL = Duration.ofSeconds(5);

    private final ScalingOptions options;
    private final PrintStream out;
    private final Random random;
    private final long start = System.nanoTime();
    private final List<String> violations = new ArrayList<>();
    private final Table shards = Table.of(
            "Each shard while nothing failed",
            "shard",
            "warehouses",
            "commands",
            "of all",
            "µs of its primary",
            "of all");
    private final Table events = Table.of("What happened", "what", "from, s", "to, s", "orders accepted by then");
    private final Table audits = Table.of(
            "Each warehouse", "warehouse", "shard", "group", "orders", "confirmed", "rejected", "lost", "twice");

    Proof(ScalingOptions options, PrintStream out) {
        this.options = options;
        this.out = out;
        this.random = new Random(options.seed());
    }

    Report report() throws InterruptedException {
        String load = Machine.load();
        try (ProofScene scene = ProofScene.start()) {
            OrderClient client = new OrderClient(scene.system().orderService().uri());
            prove(scene, client);
            String about = """
                    %d orders at %d/s with `Durability: replica`, for %d warehouses on %d primaries with a replica each and append-only files, settled \
                    by two groups of %d replicas; seed %d. %s, Redis %s, all on one machine; load average %s before and %s after.
                    %s Clients had to repeat %d requests.
                    Repeat it with: `%s`
                    """.formatted(
                            options.orders(),
                            options.rate(),
                            ProofScene.WAREHOUSES.size(),
                            Shards.COUNT,
                            ProofScene.REPLICAS_OF_A_GROUP,
                            options.seed(),
                            Machine.describe(),
                            Machine.versionOf(scene.cluster().firstNode()),
                            load,
                            Machine.load(),
                            violations.isEmpty()
                                    ? "Each order was settled exactly once."
                                    : "VIOLATED; the logs of all processes are in " + ProofScene.logs() + ".",
                            client.repeats(),
                            options.command(Part.PROOF));
            return new Report(Part.PROOF.toString(), about, List.of(shards, events, audits), List.copyOf(violations));
        }
    }

    private void prove(ProofScene scene, OrderClient client) throws InterruptedException {
        Load load = Load.start(
                client,
                new SpreadOrders("proof", ProofScene.WAREHOUSES, options.orders(), options.seed()),
                options.rate());
        try {
            awaitAccepted(load, CALM_FROM);
            compareShards(scene, load);
            failOver(scene, load);
            awaitAccepted(load, MOVED_FROM);
            move(scene, load);
            awaitAccepted(load, 1);
            audit(scene, load.await());
        } catch (OrderRefusedException | IllegalStateException | RedisException e) {
            violations.add(String.valueOf(e.getMessage()));
        } finally {
            load.stop();
        }
    }

    private void compareShards(ProofScene scene, Load load) {
        double from = seconds();
        List<NodeStats> before = scene.primaries();
        awaitAccepted(load, CALM_UNTIL);
        List<NodeStats> after = scene.primaries();
        List<Double> commands = new ArrayList<>();
        List<Double> cpu = new ArrayList<>();
        for (int i = 0; i < Shards.COUNT; i++) {
            commands.add(after.get(i).commands() - before.get(i).commands());
            cpu.add(after.get(i).cpuMicros() - before.get(i).cpuMicros());
        }
        for (int i = 0; i < Shards.COUNT; i++) {
            int shard = i;
            shards.row(
                    String.valueOf(shard + 1),
                    String.valueOf(ProofScene.WAREHOUSES.stream()
                            .filter(warehouse -> Shards.of(warehouse) == shard)
                            .count()),
                    Samples.text(commands.get(i)),
                    part(commands, i),
                    Samples.text(cpu.get(i)),
                    part(cpu, i));
        }
        double ratio = Collections.max(commands) / Collections.min(commands);
        if (ratio > EVEN) {
            violations.add(String.format(
                    Locale.ROOT, "the busiest shard had %.2f times the commands of the least busy one", ratio));
        }
        happened(
                "nothing; commands of the busiest shard are %.2f times those of the least busy one", from, load, ratio);
    }

    private void failOver(ProofScene scene, Load load) {
        double from = seconds();
        Warehouse warehouse = any();
        RedisProcess primary = scene.cluster().ownerOf(warehouse);
        primary.kill();
        scene.cluster()
                .asked()
                .await("somebody else has " + warehouse, () -> scene.cluster().ownerOf(warehouse) != primary);
        happened("the primary of %s killed, until its replica has taken over", from, load, warehouse);
        double restarted = seconds();
        primary.restart();
        scene.cluster().asked().awaitReplica(primary.port());
        happened("it comes back, until it is a replica", restarted, load);
    }

    private void move(ProofScene scene, Load load) {
        double from = seconds();
        Warehouse warehouse = any();
        scene.cluster().moveSlotOf(warehouse);
        happened("all of %s moved to another shard", from, load, warehouse);
    }

    private void audit(ProofScene scene, List<Order> accepted) {
        double from = seconds();
        scene.system().waitUntilReady();
        boolean settled =
                Polling.until(SETTLE_LIMIT, () -> ProofScene.WAREHOUSES.stream().noneMatch(scene::isWaiting));
        if (!settled) {
            violations.add(
                    "%d s after the last order some wait".formatted(SETTLE_LIMIT.toSeconds())); // the audit tells more
        }
        Map<Warehouse, List<Order>> byWarehouse = accepted.stream().collect(Collectors.groupingBy(Order::warehouse));
        for (Warehouse warehouse : ProofScene.WAREHOUSES) {
            AuditReport report = Audit.of(
                    scene.redis(warehouse),
                    warehouse,
                    byWarehouse.getOrDefault(warehouse, List.of()),
                    ProofScene.STOCK);
            report.offenders()
                    .forEach((finding, offenders) -> violations.add("%s: %s: %d, such as %s"
                            .formatted(warehouse, finding, offenders.size(), offenders.get(0))));
            audits.row(
                    warehouse.toString(),
                    String.valueOf(Shards.of(warehouse) + 1),
                    String.valueOf(ProofScene.group(warehouse) + 1),
                    String.valueOf(report.orders()),
                    String.valueOf(report.confirmed()),
                    String.valueOf(report.rejected()),
                    String.valueOf(report.count(Finding.LOST)),
                    String.valueOf(report.count(Finding.SETTLED_AGAIN)));
        }
        if (accepted.size() != options.orders()) {
            violations.add("%d of %d orders were accepted".formatted(accepted.size(), options.orders()));
        }
        for (Warehouse warehouse : ProofScene.WAREHOUSES) {
            scene.awaitOwnAudit(warehouse, SETTLE_LIMIT)
                    .ifPresent(said -> violations.add(warehouse + ": a replica's own audit says: " + said));
        }
        events.row(
                "each order audited, by us and by a replica",
                text(from),
                text(seconds()),
                String.valueOf(accepted.size()));
    }

    /** @param part of all orders */
    private void awaitAccepted(Load load, double part) {
        int wanted = (int) (part * options.orders());
        Duration limit = SETTLE_LIMIT.plusSeconds(2L * options.orders() / options.rate());
        long deadline = System.nanoTime() + limit.toNanos();
        while (!Polling.until(TELL, () -> load.accepted() >= wanted || load.isDone())) {
            say("%d of %d orders accepted".formatted(load.accepted(), options.orders()));
            if (System.nanoTime() - deadline > 0) {
                throw new IllegalStateException("after %d s only %d of %d orders are accepted"
                        .formatted(limit.toSeconds(), load.accepted(), wanted));
            }
        }
    }

    private Warehouse any() {
        return ProofScene.WAREHOUSES.get(random.nextInt(ProofScene.WAREHOUSES.size()));
    }

    private void happened(String what, double from, Load load, Object... details) {
        String text = String.format(Locale.ROOT, what, details);
        events.row(text, text(from), text(seconds()), String.valueOf(load.accepted()));
        say(text);
    }

    private void say(String what) {
        out.printf("  proof: %4.0f s  %s%n", seconds(), what);
    }

    private double seconds() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 1e3;
    }

    private static String text(double seconds) {
        return String.format(Locale.ROOT, "%.1f", seconds);
    }

    private static String part(List<Double> all, int index) {
        double sum = all.stream().mapToDouble(Double::doubleValue).sum();
        return String.format(Locale.ROOT, "%.1f %%", 100 * all.get(index) / sum);
    }
}
