package io.github.exactlyonce.inventory.interleavings;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;

import io.github.exactlyonce.contracts.RedisKeys;
import java.util.ArrayList;
import java.util.List;

/**
 * A job {@code restock <id> <sku> <units>} takes effect once, and is there until it has.
 *
 * @param member of {@code jobs:{main}}
 */
record RestockInvariants(String member, String id, String sku, int units) implements Invariants {

    @Override
    public List<String> brokenBy(RedisImage before, RedisImage after) {
        List<String> broken = new ArrayList<>();
        int done = after.stream(RedisKeys.ledger(MAIN)).size();
        boolean isWaiting = after.members(RedisKeys.jobs(MAIN)).contains(member);
        if (done > 1) {
            broken.add("\"" + member + "\" took effect " + done + " times");
        }
        if (isWaiting == done > 0) {
            broken.add("\"" + member + "\" took effect " + done + " times and is " + (isWaiting ? "" : "not ")
                    + "waiting");
        }
        long stock = Long.parseLong(after.hash(RedisKeys.stock(MAIN)).getOrDefault(sku, "0"));
        if (stock != (long) done * units) {
            broken.add("stock is " + stock + " after " + done + " restocks of " + units);
        }
        String runs = after.hash(RedisKeys.job(MAIN, id)).get("runs");
        if (!String.valueOf(done).equals(runs == null ? "0" : runs)) {
            broken.add("the record says that it ran " + runs + " times, the ledger " + done);
        }
        return broken;
    }

    @Override
    public List<String> brokenAtTheEnd(RedisImage redis) {
        List<String> broken = new ArrayList<>();
        if (redis.stream(RedisKeys.ledger(MAIN)).isEmpty()) {
            broken.add("\"" + member + "\" is LOST");
        }
        if (!"DONE".equals(redis.hash(RedisKeys.job(MAIN, id)).get("status"))) {
            broken.add("its record does not say that it is done: " + redis.hash(RedisKeys.job(MAIN, id)));
        }
        if (!redis.stream(RedisKeys.deadLetters(MAIN)).isEmpty()) {
            broken.add("there are dead letters: " + redis.stream(RedisKeys.deadLetters(MAIN)));
        }
        return broken;
    }
}
