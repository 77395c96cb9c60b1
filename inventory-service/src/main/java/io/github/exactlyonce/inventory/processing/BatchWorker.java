package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.OrderEvent;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.PipelineWorker;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.inventory.deadletters.DeadLetters;
import io.github.exactlyonce.inventory.processing.Decision.Outcome;
import io.micrometer.core.instrument.Counter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that works on the messages of a shard's warehouses, in natural batches: it takes whatever has arrived, settles it, and looks again.
 * Under light load a batch is one message and nothing waits; under heavy load batches grow and round trips do not.
 *
 * <p>On shutdown, after the subscription has ended, it finishes what is queued.
 */
final class BatchWorker extends PipelineWorker {

    private static final Duration PATIENCE = Duration.ofMillis(200);

    /** Tries to record another producer's order while Redis is away: with the command timeout, some 20 seconds. */
    private static final int RECORD_TRIES = 10;

    private static final Duration RECORD_PAUSE = Duration.ofMillis(200);

    private static final Logger log = LoggerFactory.getLogger(BatchWorker.class);

    private final MessageQueue queue;
    private final OrderProcessor processor;
    private final DeadLetters deadLetters;
    private final Counter ignored;

    /** @param ignored counts events of types that are not known */
    BatchWorker(
            MessageQueue queue,
            OrderProcessor processor,
            DeadLetters deadLetters,
            Pipelines pipelines,
            Counter ignored) {
        super("order-batches", pipelines);
        this.queue = queue;
        this.processor = processor;
        this.deadLetters = deadLetters;
        this.ignored = ignored;
    }

    MessageQueue queue() {
        return queue;
    }

    @Override
    protected void work(Pipeline pipeline) throws InterruptedException {
        while (isRunning() || !queue.isEmpty()) {
            work(pipeline, queue.take(PATIENCE));
        }
    }

    private void work(Pipeline pipeline, List<MessageQueue.Message> messages) throws InterruptedException {
        try {
            List<OrderHint> hints = new ArrayList<>(messages.size());
            List<DeadLetters.Message> unreadable = new ArrayList<>();
            for (MessageQueue.Message message : messages) {
                read(message, hints, unreadable);
            }
            if (!unreadable.isEmpty()) {
                deadLetters.bury(pipeline, unreadable);
            }
            for (int tries = 1; !hints.isEmpty(); tries++) {
                hints = notRecorded(processor.process(pipeline, hints), tries, pipeline);
            }
        } catch (RuntimeException e) { // a bug: without its thread the replica would hear and never act
            log.error(
                    "batch of {} messages failed; due jobs bring back the orders that are recorded",
                    messages.size(),
                    e);
        }
    }

    private void read(MessageQueue.Message message, List<OrderHint> hints, List<DeadLetters.Message> unreadable) {
        try {
            if (message.isTooLong()) {
                throw new InvalidInputException("message", "is too long: " + message.size() + " bytes");
            }
            Optional<OrderEvent> event = OrderEvent.parse(message.warehouse(), message.body());
            event.ifPresentOrElse(known -> hints.add(OrderHint.of(message.warehouse(), known)), () -> ignored(message));
        } catch (InvalidInputException e) {
            unreadable.add(letter(message, e.getMessage()));
        }
    }

    /** Somebody's who knows more than this version does. One line says what they look like. */
    private void ignored(MessageQueue.Message message) {
        if (ignored.count() == 0) {
            log.debug(
                    "ignored, for its eventType is not known: {}",
                    letter(message, "").payload());
        }
        ignored.increment();
    }

    /** Orders that nothing would bring back: to be tried again after a pause, or, when that did not help, buried. */
    private List<OrderHint> notRecorded(List<Decision> decisions, int tries, Pipeline pipeline)
            throws InterruptedException {
        List<Decision> lost = decisions.stream()
                .filter(decision -> decision.outcome() == Outcome.NOT_RECORDED)
                .toList();
        if (!lost.isEmpty() && tries >= RECORD_TRIES) {
            deadLetters.bury(pipeline, lost.stream().map(BatchWorker::letter).toList());
            return List.of();
        }
        if (!lost.isEmpty()) {
            TimeUnit.MILLISECONDS.sleep(RECORD_PAUSE.toMillis());
        }
        return lost.stream().map(Decision::hint).toList();
    }

    /** Kept whole, though it can be longer than noise is kept: it is a valid order, so its items are bounded. */
    private static DeadLetters.Message letter(Decision decision) {
        String payload = decision.hint().json();
        return new DeadLetters.Message(
                decision.hint().warehouse(), payload, payload.length(), "could not be recorded: " + decision.detail());
    }

    private static DeadLetters.Message letter(MessageQueue.Message message, @Nullable String reason) {
        int shown = Math.min(message.body().length, DeadLetters.PAYLOAD_LIMIT);
        String payload = new String(message.body(), 0, shown, StandardCharsets.UTF_8);
        return new DeadLetters.Message(message.warehouse(), payload, message.size(), String.valueOf(reason));
    }
}
