package io.github.exactlyonce.inventory.warehouses;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.contracts.redis.Pipelines;
import io.github.exactlyonce.contracts.redis.Reply;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.stereotype.Component;

/**
 * How each warehouse stands.
 *
 * <p>Reads {@code warehouses}, and of each warehouse the lengths of {@code stock:{main}}, {@code jobs:{main}},
 * {@code dead-letters:{main}} and {@code ledger:{main}}.
 */
@Component
class WarehouseStates {

    private static final List<Pipeline.Command<Warehouse, Long>> LENGTHS = List.of(
            (redis, warehouse) -> redis.hlen(RedisKeys.stock(warehouse)),
            (redis, warehouse) -> redis.zcard(RedisKeys.jobs(warehouse)),
            (redis, warehouse) -> redis.xlen(RedisKeys.deadLetters(warehouse)),
            (redis, warehouse) -> redis.xlen(RedisKeys.ledger(warehouse)));

    private final WarehouseRegistry registry;
    private final ServedWarehouses served;
    private final Pipelines pipelines;

    WarehouseStates(WarehouseRegistry registry, ServedWarehouses served, Pipelines pipelines) {
        this.registry = registry;
        this.served = served;
        this.pipelines = pipelines;
    }

    /**
     * One page, in the order of the names; all that is asked of Redis for it is sent in one flush.
     *
     * @param after only names after this one
     */
    Page page(String after, int limit) {
        TreeSet<Warehouse> all = new TreeSet<>(served.known());
        String unavailable = null;
        try {
            all.addAll(registry.all());
        } catch (DataAccessException e) {
            unavailable = "the list of all cannot be read, so these are those that this replica serves";
        }
        List<Warehouse> found = all.stream()
                .filter(warehouse -> warehouse.name().compareTo(after) > 0)
                .limit(limit + 1L)
                .toList();
        List<Warehouse> shown = found.stream().limit(limit).toList();
        boolean more = found.size() > limit;
        return new Page(states(shown), more ? shown.get(limit - 1).name() : null, unavailable);
    }

    private List<State> states(List<Warehouse> warehouses) {
        List<Question> questions = warehouses.stream()
                .flatMap(warehouse -> LENGTHS.stream().map(length -> new Question(warehouse, length)))
                .toList();
        List<Reply<Long>> replies;
        try (Pipeline pipeline = pipelines.open()) {
            replies = pipeline.sendAll(
                    questions, (redis, question) -> question.length().send(redis, question.warehouse()));
        }
        List<State> states = new ArrayList<>();
        for (int i = 0; i < warehouses.size(); i++) {
            states.add(state(warehouses.get(i), replies.subList(LENGTHS.size() * i, LENGTHS.size() * (i + 1))));
        }
        return states;
    }

    /** One that is on a shard which does not answer is shown as well: that it is so may be the question. */
    private State state(Warehouse warehouse, List<Reply<Long>> lengths) {
        String failure = lengths.stream()
                .filter(Reply::isFailure)
                .map(Reply::reason)
                .findFirst()
                .orElse(null);
        Stream<Long> known = lengths.stream().map(Reply::value);
        @Nullable Long[] values = known.toArray(Long[]::new);
        return new State(warehouse, served.isServed(warehouse), values[0], values[1], values[2], values[3], failure);
    }

    private record Question(Warehouse warehouse, Pipeline.Command<Warehouse, Long> length) {}

    /**
     * @param served whether the replica that answers works on its orders and jobs
     * @param skus of which stock is kept
     * @param jobs that are to be done, now or later, those of open orders among them
     * @param ledgerEntries that are kept
     * @param unavailable why something is missing; absent if nothing is
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record State(
            Warehouse name,
            boolean served,
            @Nullable Long skus,
            @Nullable Long jobs,
            @Nullable Long deadLetters,
            @Nullable Long ledgerEntries,
            @Nullable String unavailable) {}

    /**
     * @param next what to give as {@code after} for the next page; absent on the last one
     * @param unavailable why warehouses may be missing; absent if none is
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(
            List<State> warehouses,
            @Nullable String next,
            @Nullable String unavailable) {}
}
