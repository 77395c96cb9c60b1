package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.ScriptCall;
import io.github.exactlyonce.inventory.InventoryProperties;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.springframework.stereotype.Component;
import org.springframework.util.Assert;

/**
 * Ends claimed jobs and lets their effects happen: {@code finish-jobs.lua}, which does both in one step, for the claim that
 * holds the lease only.
 *
 * <p>Touches {@code jobs:{main}}, {@code job:{main}:<id>}, {@code recurring:{main}}, and what the effects touch.
 */
@Component
public final class JobEffects {

    /** Jobs that one script call ends: it spares most of a call's cost and holds Redis up for well under a millisecond. */
    private static final int FINISH_STEP = 16;

    private final String retentionMillis;

    JobEffects(InventoryProperties properties) {
        this.retentionMillis = String.valueOf(properties.retention().toMillis());
    }

    /**
     * Ends jobs, each together with its effect in one step; a claim that has lost its lease does nothing.
     *
     * @param effects all with as many keys and arguments as the script takes beyond those that they share
     * @return one result per effect, in their order
     */
    public List<JobResult> finishAll(Pipeline pipeline, EffectScript script, List<JobEffect> effects) {
        return finish(pipeline, script, effects).stream()
                .map(reply -> reply.isFailure() ? JobResult.failed(reply) : reply.get())
                .toList();
    }

    /** As {@link #finishAll}; after a failure it is unknown whether the job was ended. */
    List<Reply<JobResult>> finish(Pipeline pipeline, EffectScript script, List<JobEffect> effects) {
        List<List<Integer>> chunks = chunks(effects);
        List<Reply<List<Object>>> replies = pipeline.evalAll(
                script.script(),
                chunks.stream()
                        .map(chunk -> finishCall(
                                script, chunk.stream().map(effects::get).toList()))
                        .toList());
        List<Reply<JobResult>> results = new ArrayList<>(Collections.nCopies(effects.size(), null));
        for (int chunk = 0; chunk < chunks.size(); chunk++) {
            Reply<List<Object>> reply = replies.get(chunk);
            for (int i = 0; i < chunks.get(chunk).size(); i++) {
                results.set(
                        chunks.get(chunk).get(i),
                        reply.isFailure() ? Reply.failed(reply.failure()) : result(reply.get(), i));
            }
        }
        return results;
    }

    /** Which effects go into one call, by their places: of one warehouse, because a call has one slot. */
    private static List<List<Integer>> chunks(List<JobEffect> effects) {
        Map<Warehouse, List<Integer>> growing = new HashMap<>();
        List<List<Integer>> chunks = new ArrayList<>();
        for (int i = 0; i < effects.size(); i++) {
            Warehouse warehouse = effects.get(i).claim().warehouse();
            List<Integer> chunk = growing.get(warehouse);
            if (chunk == null || chunk.size() == FINISH_STEP) {
                chunk = new ArrayList<>();
                growing.put(warehouse, chunk);
                chunks.add(chunk);
            }
            chunk.add(i);
        }
        return chunks;
    }

    private ScriptCall finishCall(EffectScript script, List<JobEffect> effects) {
        JobEffect first = effects.get(0);
        Warehouse warehouse = first.claim().warehouse();
        List<String> sharedKeys = script.sharedKeys().apply(warehouse);
        List<String> keys = new ArrayList<>();
        List<String> arguments = new ArrayList<>();
        keys.addAll(List.of(RedisKeys.jobs(warehouse), RedisKeys.recurring(warehouse)));
        keys.addAll(sharedKeys);
        arguments.add(retentionMillis);
        Stream.of(sharedKeys, first.keys(), script.sharedArguments(), first.arguments())
                .forEach(list -> arguments.add(String.valueOf(list.size())));
        arguments.addAll(script.sharedArguments());
        for (JobEffect effect : effects) {
            Assert.isTrue(effect.isOfTheFormOf(first), "the effects of one script have the same keys and arguments");
            Claim claim = effect.claim();
            keys.add(RedisKeys.job(warehouse, claim.id()));
            keys.addAll(effect.keys());
            arguments.addAll(List.of(claim.member(), claim.token(), claim.owner(), claim.nextDue()));
            arguments.addAll(effect.arguments());
        }
        return new ScriptCall(keys, arguments);
    }

    private static Reply<JobResult> result(List<Object> answers, int job) {
        String reason = (String) answers.get(2 * job + 1);
        return new Reply<>(
                switch (((Long) answers.get(2 * job)).intValue()) {
                    case 0 -> JobResult.left();
                    case 1 -> JobResult.done();
                    case 2 -> JobResult.dead(reason);
                    default -> JobResult.retry(reason);
                },
                null);
    }
}
