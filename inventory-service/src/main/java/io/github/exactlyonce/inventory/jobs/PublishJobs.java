package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/**
 * {@code publish <jobId>}: sends the message of its record to the channel of its record, once. Who is subscribed hears it;
 * Pub/Sub keeps nothing for anybody else.
 *
 * <p>Touches {@code job:{main}:<id>}; publishes.
 */
@Component
final class PublishJobs implements JobHandler.ExactlyOnce {

    private static final int LONGEST_CHANNEL = 256;
    private static final EffectScript PUBLISH_MESSAGE = EffectScript.of("publish-message.lua");

    private final JobEffects jobEffects;

    PublishJobs(JobEffects jobEffects) {
        this.jobEffects = jobEffects;
    }

    @Override
    public String kind() {
        return "publish";
    }

    @Override
    public Work describe(String jobId, JsonInput request) {
        String channel = request.text("channel");
        String message = request.text("message");
        if (channel == null || channel.isEmpty() || channel.length() > LONGEST_CHANNEL) {
            request.problem("channel", "must be a string of 1 to " + LONGEST_CHANNEL + " characters");
        }
        if (message == null) {
            request.problem("message", "must be a string");
        }
        return new Work(
                kind() + " " + jobId, Map.of("channel", String.valueOf(channel), "message", String.valueOf(message)));
    }

    @Override
    public List<JobResult> work(Pipeline pipeline, List<Claim> claims) {
        List<JobEffect> effects = claims.stream()
                .map(claim -> new JobEffect(claim, List.of(RedisKeys.job(claim.warehouse(), claim.id())), List.of()))
                .toList();
        return jobEffects.finishAll(pipeline, PUBLISH_MESSAGE, effects);
    }
}
