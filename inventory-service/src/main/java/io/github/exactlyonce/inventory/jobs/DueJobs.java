package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.inventory.redis.LuaScript;
import io.github.exactlyonce.inventory.redis.Pipeline;
import io.github.exactlyonce.inventory.redis.Reply;
import io.github.exactlyonce.inventory.redis.ScriptCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * The sorted set {@code jobs:{main}}: member = the work, score = due time in Unix milliseconds. A claim does not remove a
 * job, it leases it: the job is removed by the script that does the work, or comes due again. All times are Redis's.
 */
@Component
class DueJobs {

    private static final LuaScript CLAIM_JOBS = LuaScript.returningList("claim-jobs.lua");
    private static final LuaScript RESCHEDULE_JOB = LuaScript.returningNumber("reschedule-job.lua");
    private static final LuaScript SWEEP_JOBS = LuaScript.returningList("sweep-jobs.lua");

    private static final int SWEEP_STEP = 500;

    private final JobProperties properties;

    DueJobs(JobProperties properties) {
        this.properties = properties;
    }

    Reply<Claims> claim(Pipeline pipeline) {
        ScriptCall call = ScriptCall.on(RedisKeys.jobs())
                .with(properties.claimLimit(), properties.lease().toMillis());
        return pipeline.<List<Object>>eval(CLAIM_JOBS, call).map(Claims::of);
    }

    /** Makes claimed jobs due again after their pauses. Nothing happens to a job whose claim is no longer ours. */
    void reschedule(Pipeline pipeline, Map<Claim, Duration> pauses) {
        List<ScriptCall> calls = pauses.entrySet().stream()
                .map(entry -> ScriptCall.on(RedisKeys.jobs())
                        .with(
                                entry.getKey().member(),
                                entry.getKey().lease(),
                                entry.getValue().toMillis()))
                .toList();
        pipeline.evalAll(RESCHEDULE_JOB, calls);
    }

    /**
     * Makes the orders due now that nobody has claimed and that would come due within the grace time.
     *
     * @return how many; or the failure that ended it
     */
    Reply<Long> sweep(Pipeline pipeline, Duration grace) {
        long moved = 0;
        long left = 0;
        while (true) {
            Reply<List<Long>> reply =
                    pipeline.eval(SWEEP_JOBS, ScriptCall.on(RedisKeys.jobs()).with(grace.toMillis(), left, SWEEP_STEP));
            if (reply.isFailure()) {
                return Reply.failed(reply.failure());
            }
            long seen = reply.get().get(0);
            moved += reply.get().get(1);
            left += seen - reply.get().get(1);
            if (seen < SWEEP_STEP) {
                return new Reply<>(moved, null);
            }
        }
    }

    /**
     * A job that is ours until its lease runs out.
     *
     * @param lease the token of this claim: the score that it gave the job
     * @param attempts claims of this job so far, with this one
     */
    record Claim(String member, String lease, int attempts) {}

    /** @param due jobs that were due before the claim */
    record Claims(long due, List<Claim> claims) {

        private static final int FIELDS = 4;

        static Claims of(List<Object> answer) {
            List<Claim> claims = new ArrayList<>();
            for (int i = 1; i < answer.size(); i += FIELDS) {
                claims.add(new Claim(
                        (String) answer.get(i), (String) answer.get(i + 1), ((Long) answer.get(i + 2)).intValue()));
            }
            return new Claims((Long) answer.get(0), claims);
        }
    }
}
