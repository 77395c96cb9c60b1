package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import java.util.List;

/** One tick of a replica's poller, for tests in other packages. */
public final class PollerTick {

    private PollerTick() {}

    public static void of(JobPoller poller, Pipeline pipeline, Warehouse... warehouses) {
        new TickedLane(poller).tick(pipeline, warehouses);
    }

    /** As many as one claim takes by default. */
    static Reply<DueJobs.Claims> claim(DueJobs dueJobs, Pipeline pipeline) {
        return dueJobs.claimAll(pipeline, List.of(new DueJobs.Share(MAIN, 256, 0)), List.of())
                .get(0);
    }
}
