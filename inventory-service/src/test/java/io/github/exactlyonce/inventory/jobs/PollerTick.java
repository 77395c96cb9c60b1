package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.redis.Pipeline;

/** One tick of a replica's poller, for tests in other packages. */
public final class PollerTick {

    private PollerTick() {}

    public static void of(JobPoller poller, Pipeline pipeline) {
        poller.tick(pipeline);
    }
}
