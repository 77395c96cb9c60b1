package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.OrderMessage;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.deadletters.DeadLetter;
import io.github.exactlyonce.inventory.deadletters.Replay;
import io.github.exactlyonce.inventory.jobs.JobPoller;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.springframework.stereotype.Component;

/**
 * Replays buried messages without publishing them again, which nobody may hear: the order is recorded with its job due now,
 * and then the letter is removed. A crash in between leaves the letter, and recording the order again changes nothing.
 *
 * <p>A letter can be a late copy: another replica may have recorded and settled the order that this one could not record.
 * Its record says so for {@code inventory.retention}; so a letter is replayed for half of that time, and the other half is
 * left for how much later than the settlement it was written.
 *
 * <p>Touches {@code order:{main}:<id>}, {@code jobs:{main}}, {@code dead-letters:{main}}.
 */
@Component
final class MessageReplay implements Replay {

    private final OrderProcessor processor;
    private final JobPoller poller;
    private final Duration longestAge;

    MessageReplay(OrderProcessor processor, JobPoller poller, InventoryProperties properties) {
        this.processor = processor;
        this.poller = poller;
        this.longestAge = properties.retention().dividedBy(2);
    }

    @Override
    public String source() {
        return RedisKeys.ORDER_UPDATES;
    }

    @Override
    public Result replay(Pipeline pipeline, DeadLetter letter) {
        byte[] payload = Objects.requireNonNull(letter.payload()).getBytes(StandardCharsets.UTF_8);
        if (letter.bytes() != null && letter.bytes() > payload.length) {
            return Result.kept("only its first " + payload.length + " bytes were kept");
        }
        Optional<OrderMessage> order;
        try {
            order = OrderMessage.parse(letter.warehouse(), payload);
        } catch (InvalidInputException e) {
            return Result.kept("it is no order: " + e.getMessage());
        }
        if (order.isEmpty()) {
            return Result.kept("it is an event of another type than " + OrderMessage.EVENT_TYPE);
        }
        if (isTooOld(pipeline, letter)) {
            return Result.kept(
                    "it is older than half of inventory.retention, so another replica may have settled the order "
                            + "and its record may be gone. If it was not settled, place it again");
        }
        processor
                .record(pipeline, OrderHint.of(letter.warehouse(), order.get()))
                .require();
        poller.wake(letter.warehouse(), Duration.ZERO);
        return Result.of(remove(pipeline, letter));
    }

    private boolean isTooOld(Pipeline pipeline, DeadLetter letter) {
        String seconds = pipeline.<String, List<String>>sendAll(List.of(letter.id()), (redis, id) -> redis.time())
                .get(0)
                .require()
                .get(0);
        Instant oldest = Instant.ofEpochSecond(Long.parseLong(seconds)).minus(longestAge);
        return letter.at() != null && letter.at().isBefore(oldest);
    }

    private static boolean remove(Pipeline pipeline, DeadLetter letter) {
        return pipeline.<String, Long>sendAll(
                                List.of(letter.id()),
                                (redis, id) -> redis.xdel(RedisKeys.deadLetters(letter.warehouse()), id))
                        .get(0)
                        .require()
                == 1;
    }
}
