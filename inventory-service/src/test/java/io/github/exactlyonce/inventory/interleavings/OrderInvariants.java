package io.github.exactlyonce.inventory.interleavings;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Each order is settled once: one ledger entry, the stock taken once if it is confirmed, never below zero, no job left, its
 * outcome never changed, and none lost. What a cancelled one had taken returns once, with an entry of its own; a cancelled one
 * that had taken nothing never takes anything.
 *
 * @param warehouse of the orders, and of the stock
 * @param sku the one that all orders want
 * @param stock units at the beginning
 * @param orders their ids; each wants one unit
 */
record OrderInvariants(Warehouse warehouse, String sku, int stock, List<String> orders) implements Invariants {

    /** Where an order stands; of a cancelled one that the record says, whether anything was taken, and whether a replica has seen it. */
    private enum Stage {
        NONE,
        SCHEDULED,
        PLACED,
        CONFIRMED,
        REJECTED,
        CANCELLED_UNSETTLED,
        SETTLED_AS_CANCELLED,
        CANCELLING,
        RETURNED;

        private static final Set<Stage> OPEN = Set.of(SCHEDULED, PLACED, CANCELLED_UNSETTLED);

        static Stage of(Map<String, String> order) {
            String status = order.getOrDefault("status", "NONE");
            if (!status.equals("CANCELLED")) {
                return valueOf(status);
            }
            if (order.containsKey("cancelRequestedAt")) {
                return RETURNED;
            }
            return order.containsKey("settledBy") ? SETTLED_AS_CANCELLED : CANCELLED_UNSETTLED;
        }

        boolean hasTaken() {
            return this == CONFIRMED || this == CANCELLING;
        }

        /** Effect and units of its entries in the ledger. */
        List<String> entries(String sku) {
            String taken = "CONFIRMED " + sku + "=-1";
            return switch (this) {
                case NONE, SCHEDULED, PLACED, CANCELLED_UNSETTLED -> List.of();
                case CONFIRMED, CANCELLING -> List.of(taken);
                case REJECTED -> List.of("REJECTED ");
                case SETTLED_AS_CANCELLED -> List.of("CANCELLED ");
                case RETURNED -> List.of(taken, "CANCELLED " + sku + "=1");
            };
        }

        boolean mayBecome(Stage next) {
            return switch (this) {
                case NONE -> true;
                case SCHEDULED -> next == PLACED || next == CANCELLED_UNSETTLED;
                case PLACED -> next == CONFIRMED || next == REJECTED || next == CANCELLED_UNSETTLED;
                case CONFIRMED -> next == CANCELLING;
                case CANCELLING -> next == RETURNED;
                case CANCELLED_UNSETTLED -> next == SETTLED_AS_CANCELLED;
                case REJECTED, SETTLED_AS_CANCELLED, RETURNED -> false;
            };
        }

        /** Something is to be done that needs no client. */
        boolean isOver() {
            return !OPEN.contains(this) && this != CANCELLING;
        }
    }

    @Override
    public List<String> brokenBy(RedisImage before, RedisImage after) {
        List<String> broken = new ArrayList<>();
        int taken = 0;
        for (String id : orders) {
            Map<String, String> was = before.hash(RedisKeys.order(warehouse, id));
            Map<String, String> is = after.hash(RedisKeys.order(warehouse, id));
            Stage stage = Stage.of(is);
            taken += stage.hasTaken() ? 1 : 0;
            if (!was.equals(is) && !Stage.of(was).mayBecome(stage)) {
                broken.add("order " + id + " must not become so: " + was + " → " + is);
            }
            List<String> entries = entries(after, id);
            if (!entries.equals(stage.entries(sku))) {
                broken.add("order " + id + " is " + stage + ", the ledger says otherwise: " + entries);
            }
            if (stage != Stage.NONE) {
                boolean expires =
                        after.keys().get(RedisKeys.order(warehouse, id)).millisToLive() >= 0;
                if (expires != stage.isOver()) {
                    broken.add("order " + id + " is " + stage + " and " + (expires ? "expires" : "never expires"));
                }
                List<String> jobs = after.members(RedisKeys.jobs(warehouse));
                if (jobs.contains(RedisKeys.orderJob(id)) != Stage.OPEN.contains(stage)
                        || jobs.contains(RedisKeys.cancelJob(id)) != (stage == Stage.CANCELLING)) {
                    broken.add("order " + id + " is " + stage + " and the jobs are " + jobs);
                }
            }
        }
        long units = Long.parseLong(after.hash(RedisKeys.stock(warehouse)).getOrDefault(sku, "0"));
        if (units != stock - taken || units < 0) {
            broken.add("stock is " + units + ", while " + taken + " orders have one unit each, of " + stock);
        }
        broken.addAll(Locks.broken(after));
        return broken;
    }

    @Override
    public List<String> brokenAtTheEnd(RedisImage redis) {
        List<String> broken = new ArrayList<>();
        for (String id : orders) {
            Map<String, String> order = redis.hash(RedisKeys.order(warehouse, id));
            Stage stage = Stage.of(order);
            if (stage != Stage.NONE && !stage.isOver()) {
                broken.add("order " + id + " is LOST: nothing settles it, or returns its stock, any more: " + order);
            }
        }
        if (!redis.members(RedisKeys.jobs(warehouse)).isEmpty()) {
            broken.add("jobs are left: " + redis.members(RedisKeys.jobs(warehouse)));
        }
        if (!redis.stream(RedisKeys.deadLetters(warehouse)).isEmpty()) {
            broken.add("there are dead letters: " + redis.stream(RedisKeys.deadLetters(warehouse)));
        }
        return broken;
    }

    private List<String> entries(RedisImage redis, String id) {
        return redis.stream(RedisKeys.ledger(warehouse)).stream()
                .filter(entry -> id.equals(entry.get("id")))
                .map(entry -> entry.get("effect") + " " + entry.get("units"))
                .toList();
    }
}
