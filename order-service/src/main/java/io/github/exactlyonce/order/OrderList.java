package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Orders page by page, without an index of them: open ones are those that have a job, {@link RedisKeys#jobs}, by due time, the latest
 * first, which for orders that were placed for now means the newest first; then settled ones, by their entries of {@link
 * RedisKeys#ledger}, the newest first. Records of settled orders expire, and the ledger is trimmed: what either has lost is not
 * shown; nor is an open order that was put aside, which is with the dead letters.
 *
 * <p>An order that does not change meanwhile is shown once. One that is settled while a client goes from page to page may be seen twice or,
 * if it was not seen open, not at all; as one whose job is claimed or moved.
 */
@Component
final class OrderList {

    /** Jobs and entries that one page looks at, at the most; it may be short, then, or empty, and still have a next one. */
    static final int LONGEST_LOOK = 1_000;

    /** The first words of jobs that stand for open orders; what follows is the id. */
    private static final List<String> KINDS =
            RedisKeys.HINTED_JOBS.stream().map(kind -> kind + " ").toList();

    private final OrderReads reads;

    OrderList(OrderReads reads) {
        this.reads = reads;
    }

    /** @param next where the next page begins; null if there is none */
    record Page(List<OrderRecord> orders, @Nullable OrderCursor next) {}

    /**
     * @param status null for all
     * @param after among what the status is looked for in
     * @throws org.springframework.dao.DataAccessException if Redis does not answer
     */
    Page page(Warehouse warehouse, @Nullable OrderStatus status, OrderCursor after, int limit) {
        return reads.within(warehouse, () -> look(warehouse, status, after, limit));
    }

    private Page look(Warehouse warehouse, @Nullable OrderStatus status, OrderCursor after, int limit) {
        List<OrderRecord> orders = new ArrayList<>();
        OrderCursor position = after;
        int looked = 0;
        while (looked < LONGEST_LOOK) {
            int count = Math.min(Math.max(limit - orders.size(), looked), LONGEST_LOOK - looked);
            List<Lead> leads =
                    position.isAmongOpen() ? jobs(warehouse, position, count) : entries(warehouse, position, count);
            List<Optional<OrderRecord>> records = reads.findAll(
                    warehouse,
                    leads.stream()
                            .filter(lead -> lead.mayBe(status))
                            .map(Lead::id)
                            .toList());
            int read = 0;
            for (Lead lead : leads) {
                position = lead.position;
                Optional<OrderRecord> record = lead.mayBe(status) ? records.get(read++) : Optional.empty();
                record.filter(order -> lead.isOf(order, status)).ifPresent(orders::add);
                if (orders.size() == limit) {
                    return new Page(orders, position);
                }
            }
            looked += leads.size();
            if (leads.size() < count) {
                if (!position.isAmongOpen() || status != null && status != OrderStatus.CANCELLED) {
                    return new Page(orders, null);
                }
                position = OrderCursor.SETTLED;
            }
        }
        return new Page(orders, position);
    }

    private List<Lead> jobs(Warehouse warehouse, OrderCursor after, int count) {
        var found = OrderReads.await(reads.ask(redis -> redis.zrevrangebyscoreWithScores(
                OrderReads.bytes(RedisKeys.jobs(warehouse)),
                Range.from(Range.Boundary.including(Double.NEGATIVE_INFINITY), Range.Boundary.including(after.score())),
                Limit.create(after.passed(), count))));
        List<Lead> leads = new ArrayList<>();
        OrderCursor position = after;
        for (var job : found) {
            position = position.after(job.getScore());
            String member = OrderReads.text(job.getValue());
            String id = KINDS.stream()
                    .filter(member::startsWith)
                    .map(kind -> member.substring(kind.length()))
                    .findFirst()
                    .orElse("");
            leads.add(new Lead(id, null, position));
        }
        return leads;
    }

    private List<Lead> entries(Warehouse warehouse, OrderCursor after, int count) {
        var found = OrderReads.await(reads.ask(redis -> redis.xrevrange(
                OrderReads.bytes(RedisKeys.ledger(warehouse)),
                Range.from(Range.Boundary.unbounded(), Range.Boundary.excluding(after.entry())),
                Limit.from(count))));
        List<Lead> leads = new ArrayList<>();
        for (var entry : found) {
            Map<String, String> fields = OrderReads.text(entry.getBody());
            leads.add(new Lead(
                    fields.getOrDefault("id", ""),
                    fields.getOrDefault("effect", ""),
                    OrderCursor.settled(entry.getId())));
        }
        return leads;
    }

    /**
     * What may lead to an order.
     *
     * @param effect of an entry of the ledger: for an order, the status that it gave it; null for a job
     * @param position after it
     */
    private record Lead(String id, @Nullable String effect, OrderCursor position) {

        boolean mayBe(@Nullable OrderStatus status) {
            return JsonInput.isId(id)
                    && (effect == null || status == null || status.name().equals(effect));
        }

        /** An order that has another status than the entry gave it has a later one, or a job. One that was cancelled before it was settled has its job. */
        boolean isOf(OrderRecord order, @Nullable OrderStatus status) {
            boolean is = effect == null
                    ? !order.status().isSettled() || order.settledBy() == null
                    : order.status().isSettled() && order.status().name().equals(effect);
            return is && (status == null || order.status() == status);
        }
    }
}
