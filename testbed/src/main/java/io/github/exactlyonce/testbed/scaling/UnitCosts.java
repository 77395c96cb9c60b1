package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.system.RedisNodes;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/**
 * What of an order's cost is placing it, what a gate, and what the commit. While the replicas are paused (SIGSTOP), orders are only
 * placed; messages about orders that are locked cost the message and its gates; the commit is the rest.
 */
final class UnitCosts {

    private static final Duration WINDOW = Duration.ofSeconds(10);

    private final ScalingOptions options;
    private final PrintStream out;
    private final CostScene scene;
    private final List<Warehouse> warehouses;

    private final Samples publish = new Samples();
    private final Samples place = new Samples();
    private final Samples gate = new Samples();
    private final Samples commit = new Samples();
    private final Samples placeScript = new Samples();
    private final Samples gateCommand = new Samples();
    private final Samples commitScript = new Samples();

    UnitCosts(ScalingOptions options, PrintStream out, CostScene scene, List<Warehouse> warehouses) {
        this.options = options;
        this.out = out;
        this.scene = scene;
        this.warehouses = warehouses;
    }

    Table measure() throws InterruptedException {
        try (LockedCopies copies =
                new LockedCopies(RedisNodes.uri(scene.cluster().nodes().get(0).port()), warehouses)) {
            for (int round = 1; round <= options.rounds(); round++) {
                out.printf("  costs: place, gate and commit apart, round %d of %d%n", round, options.rounds());
                measure(copies);
            }
        }
        return Table.of(
                        "What its parts cost, at this rate",
                        "part",
                        "µs of a Redis process",
                        "of which in the command or script")
                .row("publish a message, three replicas connected", publish.toString(), "")
                .row("place, published to three replicas", place.toString(), placeScript.toString())
                .row("one gate", gate.toString(), gateCommand.toString())
                .row("commit", commit.toString(), commitScript.toString());
    }

    private void measure(LockedCopies copies) throws InterruptedException {
        scene.pauseReplicas();
        Reading nothing = scene.watch(WINDOW.dividedBy(2));
        double publishing = publish(copies, nothing);
        Load placed = scene.load(warehouses, options.rate());
        int before = placed.accepted();
        Reading placing = scene.watch(WINDOW);
        int orders = placed.accepted() - before;
        placed.finish();
        scene.resumeReplicas();
        scene.awaitQuiet(warehouses);
        Reading idle = scene.watch(WINDOW.dividedBy(2));
        Reading start = scene.read();
        int published = copies.publish(options.rate(), WINDOW);
        Reading gating = scene.read().since(start);
        Load load = scene.load(warehouses, options.rate());
        scene.pauseUntilSteady();
        before = load.accepted();
        Reading ordering = scene.watch(WINDOW);
        int settled = load.accepted() - before;
        load.finish();
        scene.awaitQuiet(warehouses);

        double placingEach = placing.each(Figure.REDIS, orders, nothing);
        double gateEach = (gating.each(Figure.REDIS, published, idle) - publishing) / CostScene.REPLICAS;
        double whole = ordering.each(Figure.REDIS, settled, idle);
        double placeMicros = placing.each(Figure.SCRIPT_MICROS, orders, nothing);
        publish.add(publishing);
        place.add(placingEach);
        gate.add(gateEach);
        commit.add(whole - placingEach - CostScene.REPLICAS * gateEach);
        placeScript.add(placeMicros);
        gateCommand.add(gating.get(Figure.GATE_MICROS) / gating.get(Figure.GATES));
        commitScript.add(ordering.each(Figure.SCRIPT_MICROS, settled, idle) - placeMicros);
    }

    private double publish(LockedCopies copies, Reading nothing) throws InterruptedException {
        Reading before = scene.read();
        int published = copies.publish(options.rate(), WINDOW);
        return scene.read().since(before).each(Figure.REDIS, published, nothing);
    }
}
