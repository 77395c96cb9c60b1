package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.TraceParent;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.HashOperations;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.DefaultRedisScript;
import org.springframework.stereotype.Repository;

/**
 * The orders in Redis. Placing writes {@link RedisKeys#order} and {@link RedisKeys#jobs} and publishes on
 * {@link RedisKeys#ORDER_UPDATES}, all in one script; it is safe to repeat, which is what Lettuce does with a command
 * whose answer was cut off by a reconnect. An order for later is not published; if its job is the first one due, that is
 * said on {@link RedisKeys#JOB_UPDATES}. Whether a time is in the past is decided by Redis's clock.
 *
 * <p>Every method throws {@link org.springframework.dao.DataAccessException} if Redis cannot be reached, is late, or
 * refuses to write (out of memory, a read-only replica, a cluster without a majority).
 */
@Repository
class OrderBook {

    private static final long NEW = 1;

    private final StringRedisTemplate redis;
    private final FirstConnection connection;
    private final CurrentTrace trace;
    private final String graceMillis;
    private final DefaultRedisScript<List<Object>> placeOrder;

    OrderBook(StringRedisTemplate redis, FirstConnection connection, OrderProperties properties, CurrentTrace trace) {
        this.trace = trace;
        this.redis = redis;
        this.connection = connection;
        this.graceMillis = String.valueOf(properties.grace().toMillis());
        this.placeOrder = new DefaultRedisScript<>();
        placeOrder.setLocation(new ClassPathResource("META-INF/scripts/place-order.lua"));
        placeOrder.setResultType(listOfObjects());
    }

    Placement place(OrderRequest request) {
        String id = request.id();
        Instant scheduledFor = request.scheduledFor();
        connection.require();
        List<Object> answer = redis.execute(
                placeOrder,
                List.of(RedisKeys.order(id), RedisKeys.jobs()),
                "announce",
                id,
                graceMillis,
                RedisKeys.ORDER_UPDATES,
                RedisKeys.JOB_UPDATES,
                request.items().packed(),
                "",
                scheduledFor == null ? "" : String.valueOf(scheduledFor.toEpochMilli()),
                TraceParent.argument(trace.current()));
        if ((Long) answer.get(0) == NEW) {
            return placed(request, Instant.ofEpochMilli((Long) answer.get(1)), (String) answer.get(2));
        }
        OrderRecord earlier = OrderRecord.of(id, fields(answer.subList(1, answer.size())));
        boolean same = request.asksFor(earlier);
        return new Placement(same ? Placement.Outcome.REPEATED : Placement.Outcome.CONFLICTING, earlier);
    }

    Optional<OrderRecord> find(String id) {
        connection.require();
        HashOperations<String, String, String> hashes = redis.opsForHash();
        Map<String, String> fields = hashes.entries(RedisKeys.order(id));
        return fields.isEmpty() ? Optional.empty() : Optional.of(OrderRecord.of(id, fields));
    }

    private static Placement placed(OrderRequest request, Instant placedAt, String status) {
        OrderRecord order = new OrderRecord(
                request.id(),
                OrderStatus.valueOf(status),
                request.items(),
                placedAt,
                request.scheduledFor(),
                null,
                null,
                null);
        boolean later = order.status() == OrderStatus.SCHEDULED;
        return new Placement(later ? Placement.Outcome.SCHEDULED : Placement.Outcome.PLACED, order);
    }

    private static Map<String, String> fields(List<Object> namesAndValues) {
        Map<String, String> fields = new HashMap<>();
        for (int i = 0; i < namesAndValues.size(); i += 2) {
            fields.put((String) namesAndValues.get(i), (String) namesAndValues.get(i + 1));
        }
        return fields;
    }

    /** A script that returns a table is declared with the class of a list, which knows no type of element. */
    @SuppressWarnings("unchecked")
    private static Class<List<Object>> listOfObjects() {
        return (Class<List<Object>>) (Class<?>) List.class;
    }
}
