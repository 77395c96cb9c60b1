package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.activity.Activity;
import io.github.exactlyonce.inventory.deadletters.DeadLetters;
import io.github.exactlyonce.inventory.warehouses.Lanes;
import io.github.exactlyonce.inventory.warehouses.ServedWarehouses;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;

/** Takes the messages that this replica hears to the {@link BatchWorker} of the shard on which their warehouse is. */
@Component
public final class OrderLanes {

    private final InventoryProperties.Queue properties;
    private final OrderProcessor processor;
    private final DeadLetters deadLetters;
    private final Pipelines pipelines;
    private final Counter dropped;
    private final Counter ignored;
    private final Lanes<BatchWorker> lanes;

    OrderLanes(
            InventoryProperties properties,
            OrderProcessor processor,
            DeadLetters deadLetters,
            Pipelines pipelines,
            ServedWarehouses served,
            Activity activity,
            MeterRegistry meters) {
        this.properties = properties.queue();
        this.processor = processor;
        this.deadLetters = deadLetters;
        this.pipelines = pipelines;
        this.dropped = Counter.builder("inventory.queue.dropped")
                .description("Messages that found the queue full; their jobs bring them back")
                .register(meters);
        this.ignored = Counter.builder("inventory.events.ignored")
                .description("Messages of a type that this replica does not know, which others may")
                .register(meters);
        this.lanes = served.lanes(this::open);
        Gauge.builder("inventory.queue.length", this::length)
                .description("Messages heard and not yet taken up")
                .register(meters);
        activity.showQueue(this::length);
    }

    /** Never blocks. */
    public void offer(Warehouse warehouse, byte[] body) {
        BatchWorker lane = lanes.of(warehouse);
        if (lane == null) {
            dropped.increment();
        } else {
            lane.queue().offer(warehouse, body);
        }
    }

    private BatchWorker open(Supplier<Set<Warehouse>> any) {
        MessageQueue queue = new MessageQueue(properties, () -> lanes.workers().size(), dropped);
        return new BatchWorker(queue, processor, deadLetters, pipelines, ignored);
    }

    private int length() {
        return lanes.workers().stream().mapToInt(lane -> lane.queue().size()).sum();
    }
}
