package io.github.exactlyonce.inventory.interleavings;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Each order is settled once: one ledger entry, the stock taken once if it is confirmed, never below zero, no job left, its
 * outcome never changed, and none lost.
 *
 * @param warehouse of the orders, and of the stock
 * @param sku the one that all orders want
 * @param stock units at the beginning
 * @param orders their ids; each wants one unit
 */
record OrderInvariants(Warehouse warehouse, String sku, int stock, List<String> orders) implements Invariants {

    private static final Set<String> SETTLED = Set.of("CONFIRMED", "REJECTED");

    @Override
    public List<String> brokenBy(RedisImage before, RedisImage after) {
        List<String> broken = new ArrayList<>();
        int confirmed = 0;
        for (String id : orders) {
            Map<String, String> was = before.hash(RedisKeys.order(warehouse, id));
            Map<String, String> is = after.hash(RedisKeys.order(warehouse, id));
            String status = is.getOrDefault("status", "");
            confirmed += status.equals("CONFIRMED") ? 1 : 0;
            if (!was.isEmpty() && is.isEmpty()) {
                broken.add("order " + id + " has lost its record");
            }
            if (SETTLED.contains(was.getOrDefault("status", "")) && !was.equals(is)) {
                broken.add("order " + id + " was settled and is changed: " + was + " → " + is);
            }
            if (status.equals("SCHEDULED") && !was.isEmpty() && !was.equals(is)) {
                broken.add("order " + id + " was announced and is to be announced again: " + was + " → " + is);
            }
            long effects = entries(after, id).stream()
                    .filter(entry -> SETTLED.contains(entry.get("effect")))
                    .count();
            boolean isSettled = SETTLED.contains(status);
            if (effects != (isSettled ? 1 : 0)) {
                broken.add("order " + id + " is " + status + " and has " + effects + " ledger entries");
            } else if (isSettled && !entries(after, id).get(0).get("effect").equals(status)) {
                broken.add("order " + id + " is " + status + ", the ledger says otherwise: " + entries(after, id));
            }
            if (isSettled && after.keys().get(RedisKeys.order(warehouse, id)).millisToLive() < 0) {
                broken.add("order " + id + " is settled and never expires");
            }
            boolean hasJob = after.members(RedisKeys.jobs(warehouse)).contains(RedisKeys.orderJob(id));
            if (hasJob == isSettled && !is.isEmpty()) {
                broken.add("order " + id + " is " + status + " and has " + (hasJob ? "a job" : "no job"));
            }
        }
        long units = Long.parseLong(after.hash(RedisKeys.stock(warehouse)).getOrDefault(sku, "0"));
        if (units != stock - confirmed || units < 0) {
            broken.add("stock is " + units + ", after " + confirmed + " confirmed orders of one unit, from " + stock);
        }
        broken.addAll(Locks.broken(after));
        return broken;
    }

    @Override
    public List<String> brokenAtTheEnd(RedisImage redis) {
        List<String> broken = new ArrayList<>();
        for (String id : orders) {
            Map<String, String> order = redis.hash(RedisKeys.order(warehouse, id));
            if (!order.isEmpty() && !SETTLED.contains(order.getOrDefault("status", ""))) {
                broken.add("order " + id + " is LOST: nothing settles it any more: " + order);
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

    private List<Map<String, String>> entries(RedisImage redis, String id) {
        return redis.stream(RedisKeys.ledger(warehouse)).stream()
                .filter(entry -> id.equals(entry.get("id")))
                .toList();
    }
}
