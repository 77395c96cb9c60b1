package io.github.exactlyonce.testbed.scaling;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.testbed.figures.Samples;
import io.github.exactlyonce.testbed.figures.Table;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.github.exactlyonce.testbed.system.ServiceProcess;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;

/** How many messages of orders that others have locked one replica can turn away. That is most of what a replica of a large group does. */
final class Gates {

    private static final Duration WARM_UP = Duration.ofSeconds(10);
    private static final Duration WINDOW = Duration.ofSeconds(10);

    /** Fewer than its queue holds, so that it drops none, and enough that it never waits for one. */
    private static final int AHEAD = 10_000;

    private final PrintStream out;
    private final CostScene scene;
    private final List<Warehouse> warehouses;

    Gates(PrintStream out, CostScene scene, List<Warehouse> warehouses) {
        this.out = out;
        this.scene = scene;
        this.warehouses = warehouses;
    }

    Table measure() throws InterruptedException {
        out.println("  costs: gates of one replica alone");
        List<ServiceProcess> others =
                scene.system().replicas().subList(1, scene.system().replicas().size());
        others.forEach(ServiceProcess::stop);
        try (LockedCopies copies =
                new LockedCopies(RedisNodes.uri(scene.cluster().nodes().get(0).port()), warehouses)) {
            flood(copies, WARM_UP);
            Reading window = flood(copies, WINDOW);
            double gates = window.get(Figure.GATES);
            return Table.of(
                            "One replica, as many messages as it takes, all of them about orders that are locked",
                            "gates/s",
                            "µs of the replica per gate",
                            "so gates/s of one core of it",
                            "µs of all Redis processes per gate, its message included")
                    .row(
                            Samples.text(gates / window.seconds()),
                            Samples.text(window.get(Figure.REPLICA) / gates),
                            Samples.text(1e6 / (window.get(Figure.REPLICA) / gates)),
                            Samples.text(window.get(Figure.REDIS) / gates));
        }
    }

    private Reading flood(LockedCopies copies, Duration time) {
        Reading start = scene.read();
        int published = 0;
        Reading grown = scene.read().since(start);
        while (grown.seconds() < time.toSeconds()) {
            if (published - grown.get(Figure.GATES) < AHEAD) {
                published += copies.publishAtOnce();
            }
            grown = scene.read().since(start);
        }
        return grown;
    }
}
