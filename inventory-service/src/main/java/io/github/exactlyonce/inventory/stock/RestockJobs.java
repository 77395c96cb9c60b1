package io.github.exactlyonce.inventory.stock;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.jobs.Claim;
import io.github.exactlyonce.inventory.jobs.EffectScript;
import io.github.exactlyonce.inventory.jobs.JobEffect;
import io.github.exactlyonce.inventory.jobs.JobEffects;
import io.github.exactlyonce.inventory.jobs.JobHandler;
import io.github.exactlyonce.inventory.jobs.JobResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.springframework.stereotype.Component;

/**
 * {@code restock <restockId> <sku> <quantity>}: adds units to the stock, once per restockId, whether it was scheduled or
 * requested over HTTP. A recurring one adds them at each run, under the id {@code <restockId>/<time of its claim in Unix ms>}.
 *
 * <p>Touches {@code stock:{main}}, {@code ledger:{main}}, {@code restock:{main}:<id>}.
 */
@Component
final class RestockJobs implements JobHandler.ExactlyOnce {

    private static final int WORDS = 4;
    private static final Pattern QUANTITY = Pattern.compile("[1-9]\\d{0,9}");

    private final JobEffects jobEffects;
    private final EffectScript changeStock;

    RestockJobs(JobEffects jobEffects, InventoryProperties properties) {
        this.jobEffects = jobEffects;
        this.changeStock = EffectScript.of("change-stock.lua")
                .sharing(
                        warehouse -> List.of(RedisKeys.stock(warehouse), RedisKeys.ledger(warehouse)),
                        List.of(
                                "RESTOCKED",
                                String.valueOf(properties.retention().toMillis()),
                                String.valueOf(properties.ledgerLength())));
    }

    @Override
    public String kind() {
        return "restock";
    }

    @Override
    public Work describe(String jobId, JsonInput request) {
        String sku = request.requiredId("sku");
        int quantity = request.quantity("quantity", 1);
        String units = String.valueOf(quantity);
        return new Work(String.join(" ", kind(), jobId, sku, units), Map.of("sku", sku, "quantity", units));
    }

    @Override
    public List<JobResult> work(Pipeline pipeline, List<Claim> claims) {
        List<Optional<JobEffect>> effects = claims.stream().map(this::effect).toList();
        List<JobResult> done = jobEffects.finishAll(
                pipeline,
                changeStock,
                effects.stream().flatMap(Optional::stream).toList());
        List<JobResult> results = new ArrayList<>();
        int next = 0;
        for (Optional<JobEffect> effect : effects) {
            results.add(
                    effect.isPresent()
                            ? done.get(next++)
                            : JobResult.dead("not of the form: restock <restockId> <sku> <quantity>"));
        }
        return results;
    }

    /** @return empty if the work, which anybody can add by hand, is not readable */
    private Optional<JobEffect> effect(Claim claim) {
        String[] words = claim.words();
        if (words.length != WORDS || !JsonInput.isId(words[1]) || !JsonInput.isId(words[2]) || !isQuantity(words[3])) {
            return Optional.empty();
        }
        String id = claim.isRecurring() ? words[1] + "/" + claim.claimedAt().toEpochMilli() : words[1];
        return Optional.of(new JobEffect(
                claim, List.of(RedisKeys.restock(claim.warehouse(), id)), List.of(id, words[2], words[3])));
    }

    private static boolean isQuantity(String word) {
        return QUANTITY.matcher(word).matches() && Long.parseLong(word) <= JsonInput.MAX_QUANTITY;
    }
}
