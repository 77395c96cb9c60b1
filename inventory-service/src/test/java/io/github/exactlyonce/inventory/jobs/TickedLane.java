package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;

/** One more lane of a replica, without a thread: it looks for due work when a test says so. */
final class TickedLane {

    final JobLane lane;
    private final JobPoller poller;

    TickedLane(JobPoller poller) {
        this.poller = poller;
        this.lane = poller.open(() -> Set.of(MAIN));
    }

    int tick(Pipeline pipeline) {
        return tick(pipeline, MAIN);
    }

    /** Looks there, whether it is time or not. */
    int tick(Pipeline pipeline, Warehouse... warehouses) {
        Arrays.asList(warehouses).forEach(lane.alarm::forget);
        return lane.tick(pipeline, Arrays.asList(warehouses));
    }

    Duration pause() {
        return lane.pause();
    }

    void finish(Pipeline pipeline) throws InterruptedException {
        lane.finish(pipeline);
    }

    /** The threads of the replica's own lanes. */
    void stopTheOthers() {
        poller.lanes().workers().forEach(JobLane::stop);
    }

    void startTheOthers() {
        poller.lanes().workers().forEach(JobLane::start);
    }
}
