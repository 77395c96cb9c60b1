package io.github.exactlyonce.inventory.deadletters;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.Replica;
import io.lettuce.core.codec.Base16;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * What could not be processed, in the stream {@code dead-letters:{main}}, newest last, trimmed to
 * {@code inventory.dead-letters-length}. An entry has {@code source} (the channel, or {@code job}), {@code reason},
 * {@code payload} (of what is no order, only the first {@value #PAYLOAD_LIMIT} bytes), {@code bytes} (of the whole
 * payload) and {@code replica}.
 */
@Component
public final class DeadLetters {

    /** A person needs the beginning of a message to know whose it is, not a megabyte of it. */
    public static final int PAYLOAD_LIMIT = 4096;

    /** All replicas hear a malformed message; within this time its bytes are buried once. */
    private static final Duration SAME_MESSAGE = Duration.ofMinutes(1);

    private static final LuaScript BURY_MESSAGE = LuaScript.returningNumber("bury-message.lua");
    private static final LuaScript BURY_JOB = LuaScript.returningNumber("bury-job.lua");
    private static final Logger log = LoggerFactory.getLogger(DeadLetters.class);

    private final InventoryProperties properties;
    private final Replica replica;
    private final Counter buried;

    DeadLetters(InventoryProperties properties, Replica replica, MeterRegistry meters) {
        this.properties = properties;
        this.replica = replica;
        this.buried = Counter.builder("inventory.dead.letters")
                .description("Messages and jobs that this replica put with the dead letters")
                .register(meters);
    }

    /** Buries messages that cannot be processed; of all replicas that hear one, the first writes it. */
    public void bury(Pipeline pipeline, List<Message> messages) {
        List<Reply<Long>> replies =
                pipeline.evalAll(BURY_MESSAGE, messages.stream().map(this::call).toList());
        for (int i = 0; i < messages.size(); i++) {
            Message message = messages.get(i);
            Reply<Long> reply = replies.get(i);
            if (reply.isFailure()) {
                log.error("dead letter lost: {}; it said: {}", reply.reason(), message.payload());
            } else if (reply.get() == 1) {
                buried.increment();
                log.warn("message buried: {}", message.reason());
            }
        }
    }

    /**
     * Moves jobs here; a recurring one goes on with its next run.
     *
     * @return for each of them whether it was moved: not if its claim was no longer ours
     */
    public List<Boolean> buryJobs(Pipeline pipeline, List<Job> jobs) {
        List<Reply<Long>> replies =
                pipeline.evalAll(BURY_JOB, jobs.stream().map(this::call).toList());
        List<Boolean> moved = new ArrayList<>();
        for (int i = 0; i < jobs.size(); i++) {
            Job job = jobs.get(i);
            Reply<Long> reply = replies.get(i);
            moved.add(!reply.isFailure() && reply.get() == 1);
            if (moved.get(i)) {
                buried.increment();
                log.atError().addKeyValue("job", job.member()).log("job buried: {}", job.reason());
            } else if (reply.isFailure()) {
                log.atError()
                        .addKeyValue("job", job.member())
                        .log("job could not be buried: {}; it was to be, because: {}", reply.reason(), job.reason());
            }
        }
        return moved;
    }

    private ScriptCall call(Message message) {
        String digest = Base16.digest((message.bytes() + message.payload()).getBytes(StandardCharsets.UTF_8));
        return ScriptCall.on(
                        RedisKeys.deadLetters(message.warehouse()),
                        RedisKeys.deadLetterMark(message.warehouse(), digest))
                .with(
                        RedisKeys.ORDER_UPDATES,
                        message.reason(),
                        message.payload(),
                        message.bytes(),
                        replica.name(),
                        properties.deadLettersLength(),
                        SAME_MESSAGE.toMillis());
    }

    private ScriptCall call(Job job) {
        Warehouse warehouse = job.warehouse();
        return ScriptCall.on(
                        RedisKeys.jobs(warehouse),
                        RedisKeys.deadLetters(warehouse),
                        RedisKeys.job(warehouse, job.id()),
                        RedisKeys.recurring(warehouse))
                .with(
                        job.member(),
                        job.token(),
                        job.nextDue(),
                        job.reason(),
                        replica.name(),
                        properties.deadLettersLength(),
                        properties.retention().toMillis());
    }

    /**
     * A job to bury.
     *
     * @param id of its record, if it has one
     * @param token of its lease; empty if the job was ended before its work began
     * @param nextDue as {@code bury-job.lua} wants it
     */
    public record Job(Warehouse warehouse, String member, String id, String token, String nextDue, String reason) {}

    /**
     * A message to bury.
     *
     * @param payload its beginning
     * @param bytes its whole length
     */
    public record Message(Warehouse warehouse, String payload, int bytes, String reason) {}
}
