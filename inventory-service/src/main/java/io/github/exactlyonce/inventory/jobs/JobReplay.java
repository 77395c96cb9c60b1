package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Channels;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.deadletters.DeadLetter;
import io.github.exactlyonce.inventory.deadletters.Replay;
import java.util.Objects;
import org.springframework.stereotype.Component;

/**
 * Replays buried jobs: {@code replay-job.lua} schedules the job and removes the letter in one step, so that of several who
 * replay one letter, one does.
 *
 * <p>A job that was cancelled stays cancelled. Letters of one job that are replayed while it waits are one run of it.
 *
 * <p>Whether the job can be done is not asked here. The record of a buried job is kept for {@code inventory.retention}; a
 * job that needs it, such as {@code publish <jobId>}, is buried again without it, with that reason. An
 * {@link JobHandler.AtMostOnce} job may have had its effect before it failed: who replays it takes it upon himself.
 *
 * <p>Touches {@code dead-letters:{main}}, {@code jobs:{main}}, {@code job:{main}:<id>}; publishes on {@code job_updates}.
 */
@Component
final class JobReplay implements Replay {

    private static final LuaScript REPLAY_JOB = LuaScript.returningNumber("replay-job.lua");

    private final Channels channels;

    JobReplay(Channels channels) {
        this.channels = channels;
    }

    @Override
    public String source() {
        return "job"; // as bury-job.lua writes it
    }

    @Override
    public Result replay(Pipeline pipeline, DeadLetter letter) {
        String member = Objects.requireNonNull(letter.payload());
        if (member.isBlank()) {
            return Result.kept("its payload is empty: it names no job");
        }
        Warehouse warehouse = letter.warehouse();
        ScriptCall call = ScriptCall.on(
                        RedisKeys.deadLetters(warehouse),
                        RedisKeys.jobs(warehouse),
                        RedisKeys.job(warehouse, Claim.idOf(member)))
                .with(letter.id(), member, channels.jobUpdates(warehouse));
        return switch (pipeline.<Long>eval(REPLAY_JOB, call).require().intValue()) {
            case 0 -> Result.of(false);
            case 1 -> Result.of(true);
            default -> Result.kept("the job was cancelled");
        };
    }
}
