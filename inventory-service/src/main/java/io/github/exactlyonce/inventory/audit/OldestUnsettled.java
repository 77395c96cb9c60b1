package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.lettuce.core.KeyValue;
import java.util.List;

/**
 * For how long the oldest order has been placed without being settled. It looks at the {@value #MOST_JOBS} jobs that are due
 * first, which stand for the oldest orders unless these were tried and put back, or are leased at the moment; an order without a
 * job is not seen.
 *
 * <p>Reads {@code jobs:{main}}, {@code order:{main}:<id>}.
 */
final class OldestUnsettled {

    private static final int MOST_JOBS = 1000;
    private static final String PREFIX = RedisKeys.orderJob("");

    private OldestUnsettled() {}

    /** @return seconds; 0 if there is none */
    static double seconds(Warehouse warehouse, Pipeline pipeline, long now) {
        List<String> orders = pipeline
                .sendAll(List.of(RedisKeys.jobs(warehouse)), (redis, jobs) -> redis.zrange(jobs, 0, MOST_JOBS - 1))
                .get(0)
                .require()
                .stream()
                .filter(member -> member.startsWith(PREFIX))
                .map(member -> RedisKeys.order(warehouse, member.substring(PREFIX.length())))
                .toList();
        return pipeline.sendAll(orders, (redis, order) -> redis.hmget(order, "status", "placedAt")).stream()
                        .filter(reply -> !reply.isFailure()) // of another type, made by hand
                        .mapToLong(reply -> placedAt(reply.get(), now))
                        .map(placedAt -> Math.max(0, now - placedAt))
                        .max()
                        .orElse(0)
                / 1e3;
    }

    private static long placedAt(List<KeyValue<String, String>> record, long now) {
        String status = record.get(0).getValueOrElse("");
        String placedAt = record.get(1).getValueOrElse("");
        return status.equals("PLACED") && placedAt.matches("\\d{1,15}") ? Long.parseLong(placedAt) : now;
    }
}
