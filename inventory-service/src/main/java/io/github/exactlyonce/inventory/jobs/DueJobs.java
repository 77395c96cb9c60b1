package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.Replica;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/**
 * The sorted set {@code jobs:{main}}: member = the work, score = due time in Unix milliseconds. A claim does not remove a
 * job, it leases it: the job is removed by the script that does the work, or comes due again. All times are Redis's.
 *
 * <p>Touches {@code jobs:{main}}, {@code job:{main}:<id>}; reads {@code recurring:{main}}.
 */
@Component
final class DueJobs {

    private static final LuaScript CLAIM_JOBS = LuaScript.returningList("claim-jobs.lua");
    private static final LuaScript RESCHEDULE_JOB = LuaScript.returningNumber("reschedule-job.lua");
    private static final LuaScript RENEW_LEASE = LuaScript.returningList("renew-lease.lua");
    private static final LuaScript SWEEP_JOBS = LuaScript.returningList("sweep-jobs.lua");

    private static final int SWEEP_STEP = 500;

    private static final Logger log = LoggerFactory.getLogger(DueJobs.class);

    private final JobProperties properties;
    private final Replica replica;

    /** By warehouse, because those of other shards have other clocks. */
    private final Map<Warehouse, Anchor> anchors = new ConcurrentHashMap<>();

    DueJobs(JobProperties properties, Replica replica) {
        this.properties = properties;
        this.replica = replica;
    }

    /**
     * Claims in several warehouses in one flush.
     *
     * @param bounded kinds that need a worker
     * @return one reply per share, in their order
     */
    List<Reply<Claims>> claimAll(Pipeline pipeline, List<Share> shares, Collection<String> bounded) {
        List<Reply<List<Object>>> replies = pipeline.evalAll(
                CLAIM_JOBS,
                shares.stream()
                        .map(share -> call(share, bounded, pipeline.timeout()))
                        .toList());
        List<Reply<Claims>> claims = new ArrayList<>();
        for (int i = 0; i < shares.size(); i++) {
            Warehouse warehouse = shares.get(i).warehouse();
            claims.add(replies.get(i).map(answer -> claims(warehouse, answer)));
        }
        return claims;
    }

    /**
     * Makes claimed jobs due again after their pauses.
     *
     * @return one reply per job: whether it was rescheduled, which it is not if the claim is no longer ours
     */
    List<Reply<Boolean>> rescheduleAll(Pipeline pipeline, List<Again> again) {
        List<ScriptCall> calls = again.stream()
                .map(job -> ScriptCall.on(keys(job))
                        .with(
                                job.claim().member(),
                                job.claim().token(),
                                job.pause().toMillis(),
                                job.attempts(),
                                job.failure()))
                .toList();
        return pipeline.<Long>evalAll(RESCHEDULE_JOB, calls).stream()
                .map(reply -> reply.map(rescheduled -> rescheduled == 1))
                .toList();
    }

    /** One alone where one is enough: while a slot is being moved, its keys are on two nodes, and no script can have them both. */
    private static String[] keys(Again job) {
        Warehouse warehouse = job.claim().warehouse();
        String jobs = RedisKeys.jobs(warehouse);
        return job.failure().isEmpty()
                ? new String[] {jobs}
                : new String[] {jobs, RedisKeys.job(warehouse, job.claim().id())};
    }

    /** @return one reply per claim: the claim with its new token; null if it is no longer ours */
    List<Reply<Claim>> renewAll(Pipeline pipeline, List<Claim> claims) {
        List<Reply<List<Object>>> replies = pipeline.evalAll(
                RENEW_LEASE,
                claims.stream()
                        .map(claim -> ScriptCall.on(RedisKeys.jobs(claim.warehouse()))
                                .with(
                                        claim.member(),
                                        claim.token(),
                                        claim.attempts(),
                                        properties.lease().toMillis()))
                        .toList());
        List<Reply<Claim>> renewed = new ArrayList<>();
        for (int i = 0; i < claims.size(); i++) {
            renewed.add(renewed(claims.get(i), replies.get(i)));
        }
        return renewed;
    }

    /**
     * Makes the jobs of these kinds due now that nobody has claimed and that would come due within this time.
     *
     * @return how many; or the failure that ended it
     */
    Reply<Long> sweep(Pipeline pipeline, Warehouse warehouse, List<String> kinds, Duration window) {
        long moved = 0;
        long left = 0;
        while (true) {
            Object[] arguments = Stream.concat(Stream.<Object>of(window.toMillis(), left, SWEEP_STEP), kinds.stream())
                    .toArray();
            Reply<List<Long>> reply = pipeline.eval(
                    SWEEP_JOBS, ScriptCall.on(RedisKeys.jobs(warehouse)).with(arguments));
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
     * Redis may run a claim long after we gave it up, when it was busy with something else: such a claim must take nothing. Half
     * of the timeout leaves the other half for the answer.
     */
    private String latest(Warehouse warehouse, Duration timeout) {
        Anchor known = anchors.get(warehouse);
        return known == null
                ? ""
                : String.valueOf(
                        known.redisMillis() + (System.nanoTime() - known.nanos()) / 1_000_000 + timeout.toMillis() / 2);
    }

    private static Reply<Claim> renewed(Claim claim, Reply<List<Object>> reply) {
        if (reply.isFailure()) {
            return Reply.failed(reply.failure());
        }
        String token = (String) reply.get().get(0);
        return new Reply<>(token.isEmpty() ? null : claim.renewed(token), null);
    }

    private ScriptCall call(Share share, Collection<String> bounded, Duration timeout) {
        Warehouse warehouse = share.warehouse();
        Object[] arguments = Stream.concat(
                        Stream.<Object>of(
                                share.limit(),
                                properties.lease().toMillis(),
                                properties.maxAttempts(),
                                latest(warehouse, timeout),
                                share.workers()),
                        bounded.stream())
                .toArray();
        return ScriptCall.on(RedisKeys.jobs(warehouse), RedisKeys.recurring(warehouse))
                .with(arguments);
    }

    private Claims claims(Warehouse warehouse, List<Object> answer) {
        long received = System.nanoTime();
        long nextMicros = (Long) answer.get(2);
        Instant now = Instant.ofEpochMilli((Long) answer.get(3));
        anchors.put(warehouse, new Anchor(now.toEpochMilli(), received));
        List<Claim> claims = new ArrayList<>();
        for (int i = 4; i < answer.size(); i += 5) {
            String member = (String) answer.get(i);
            claims.add(new Claim(
                    warehouse,
                    member,
                    (String) answer.get(i + 1),
                    ((Long) answer.get(i + 2)).intValue(),
                    now,
                    (Long) answer.get(i + 3),
                    received,
                    recurrence(member, (String) answer.get(i + 4)),
                    replica.newOwnerToken()));
        }
        return new Claims(
                (Long) answer.get(0),
                Duration.ofMillis((Long) answer.get(1)),
                nextMicros < 0 ? null : Duration.ofNanos(1000 * nextMicros),
                claims);
    }

    private static @Nullable Recurrence recurrence(String member, String schedule) {
        try {
            return schedule.isEmpty() ? null : Recurrence.parse(schedule);
        } catch (IllegalArgumentException e) { // nothing but a hand has written it
            log.error("job \"{}\" runs once and never again: its schedule cannot be read: {}", member, e.getMessage());
            return Recurrence.NEVER;
        }
    }

    /**
     * What may be claimed in one warehouse.
     *
     * @param limit jobs at the most
     * @param workers jobs of kinds that need one at the most
     */
    record Share(Warehouse warehouse, int limit, int workers) {}

    /** What time Redis had when we last heard of it. */
    private record Anchor(long redisMillis, long nanos) {}

    /**
     * @param attempts that count
     * @param failure why it has to be tried again; empty if it is only handed back
     */
    record Again(Claim claim, Duration pause, int attempts, String failure) {}

    /**
     * @param due jobs that were due before the claim; -1 if Redis ran it too late for it to look
     * @param oldest by how much the oldest of them is late
     * @param next until the next job comes due, without those that are due already; null if there is none
     */
    record Claims(long due, Duration oldest, @Nullable Duration next, List<Claim> claims) {}
}
