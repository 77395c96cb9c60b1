package io.github.exactlyonce.contracts;

import java.util.List;

/**
 * Every key and channel of the system. All keys that one script touches carry the hash tag of their partition, so that
 * Redis Cluster keeps them in one slot.
 *
 * <p>The set {@value #WAREHOUSES} has the names of all partitions but {@code main}, which is always there; its channel of the same
 * name hears of each new one. The string {@value #ACTIVITY_WATCHED} says whether anybody listens to the channel
 * {@value #REPLICA_ACTIVITY}.
 *
 * <table>
 * <caption>Keys of the partition {@code main}</caption>
 * <tr><th>key</th><th>type</th><th>what</th></tr>
 * <tr><td>{@code order:{main}:<id>}</td><td>hash</td><td>the order, see {@link OrderRecord}</td></tr>
 * <tr><td>{@code jobs:{main}}</td><td>sorted set</td><td>member = the work ({@code order 29}); score = due time in Unix
 * milliseconds, its fraction = attempts / {@value #ATTEMPTS_PER_MILLISECOND}</td></tr>
 * <tr><td>{@code job:{main}:<id>}</td><td>hash</td><td>a job that was scheduled over HTTP: what it is to do, and what
 * became of it. It is also the dedup record of its id</td></tr>
 * <tr><td>{@code recurring:{main}}</td><td>hash</td><td>member of {@code jobs:{main}} → when it comes again: time zone and
 * cron expression</td></tr>
 * <tr><td>{@code stock:{main}}</td><td>hash</td><td>SKU → units available</td></tr>
 * <tr><td>{@code restock:{main}:<id>}</td><td>string</td><td>a stock change that was applied: the mark that lets it
 * happen once; expires</td></tr>
 * <tr><td>{@code ledger:{main}}</td><td>stream</td><td>one entry per effect; trimmed</td></tr>
 * <tr><td>{@code audit:{main}}</td><td>hash</td><td>how far the audit is, who does it, and its last result</td></tr>
 * <tr><td>{@code audit-stock:{main}}</td><td>hash</td><td>SKU → units that the ledger says, up to the audit's
 * checkpoint</td></tr>
 * <tr><td>{@code audit-findings:{main}}</td><td>hash</td><td>entries of the ledger and orders with which something is
 * wrong; bounded</td></tr>
 * <tr><td>{@code dead-letters:{main}}</td><td>stream</td><td>what could not be processed, and why; trimmed</td></tr>
 * <tr><td>{@code dead-letter:{main}:<digest>}</td><td>string</td><td>the mark that lets N replicas bury one message
 * once; expires</td></tr>
 * <tr><td>{@code lock:<id>}</td><td>string</td><td>owner token, with a TTL; of another partition {@code lock:<partition>/<id>};
 * of the return of a cancelled order's stock {@code lock:cancel <id>}, which no order's lock is called, for ids have no spaces.
 * Outside the tag on purpose: it is only ever touched alone, so the gates of one partition spread over a cluster</td></tr>
 * </table>
 */
public final class RedisKeys {

    /** The channel of orders of {@link Warehouse#MAIN}; those of the others begin with it. */
    public static final String ORDER_UPDATES = "order_updates";

    private static final String INVENTORY_UPDATES = "inventory_updates";
    private static final String JOB_UPDATES = "job_updates";

    /** Key: a set, the names of the warehouses beside {@link Warehouse#MAIN}. Channel: the name of one that was added to it. */
    public static final String WAREHOUSES = "warehouses";

    /**
     * Channel: what the replicas of the inventory service do, for whoever watches. For the eye alone: nothing depends on it, and
     * nothing is published unless somebody keeps {@value #ACTIVITY_WATCHED}.
     */
    public static final String REPLICA_ACTIVITY = "replica_activity";

    /** Key: a string, there as long as somebody watches {@value #REPLICA_ACTIVITY}, who sets it again before it expires. */
    public static final String ACTIVITY_WATCHED = "activity:watched";

    /** The kind of the jobs that stand for orders: {@link #orderJob}. */
    public static final String ORDER_JOBS = "order";

    /** The kind of the jobs that stand for stock that is to return: {@link #cancelJob}. */
    public static final String CANCEL_JOBS = "cancel";

    /** The kinds of jobs of what {@link #orderUpdates} said as well, which who was not subscribed has missed. */
    public static final List<String> HINTED_JOBS = List.of(ORDER_JOBS, CANCEL_JOBS);

    /**
     * A job's score is its due time in milliseconds plus attempts / 1024. A double holds a Unix time in milliseconds in
     * 41 of its 53 bits, so both are exact. No second key has to be kept in step with the set.
     */
    public static final int ATTEMPTS_PER_MILLISECOND = 1024;

    private RedisKeys() {}

    /** Channel of {@link OrderEvent}. A hint that there is work, never the only record of it. */
    public static String orderUpdates(Warehouse warehouse) {
        return channel(ORDER_UPDATES, warehouse);
    }

    /** Channel of the outcome ({@code OrderConfirmed}, {@code OrderRejected}, {@code OrderCancelled}). A hint too: the record is the truth. */
    public static String inventoryUpdates(Warehouse warehouse) {
        return channel(INVENTORY_UPDATES, warehouse);
    }

    /**
     * A job is due, or became the next one to be; the payload is in how many milliseconds. A hint that wakes the pollers, nothing else.
     */
    public static String jobUpdates(Warehouse warehouse) {
        return channel(JOB_UPDATES, warehouse);
    }

    /** In the slot of the warehouse's keys; see {@link io.github.exactlyonce.contracts.redis.Channels}. */
    public static String shardedOrderUpdates(Warehouse warehouse) {
        return ORDER_UPDATES + ":" + tag(warehouse);
    }

    public static String shardedInventoryUpdates(Warehouse warehouse) {
        return INVENTORY_UPDATES + ":" + tag(warehouse);
    }

    public static String shardedJobUpdates(Warehouse warehouse) {
        return JOB_UPDATES + ":" + tag(warehouse);
    }

    /** @param token no other subscriber has it */
    public static String shardedProbe(Warehouse warehouse, String token) {
        return "probe:" + tag(warehouse) + ":" + token;
    }

    public static String order(Warehouse warehouse, String id) {
        return "order:" + tag(warehouse) + ":" + id;
    }

    public static String jobs(Warehouse warehouse) {
        return "jobs:" + tag(warehouse);
    }

    public static String job(Warehouse warehouse, String id) {
        return "job:" + tag(warehouse) + ":" + id;
    }

    public static String recurring(Warehouse warehouse) {
        return "recurring:" + tag(warehouse);
    }

    /** The member of {@link #jobs} that stands for an order which may still have to be settled. */
    public static String orderJob(String id) {
        return ORDER_JOBS + " " + id;
    }

    /** The member of {@link #jobs} that stands for the stock of a cancelled order, which may still have to return. */
    public static String cancelJob(String id) {
        return CANCEL_JOBS + " " + id;
    }

    public static String stock(Warehouse warehouse) {
        return "stock:" + tag(warehouse);
    }

    public static String restock(Warehouse warehouse, String restockId) {
        return "restock:" + tag(warehouse) + ":" + restockId;
    }

    public static String ledger(Warehouse warehouse) {
        return "ledger:" + tag(warehouse);
    }

    public static String audit(Warehouse warehouse) {
        return "audit:" + tag(warehouse);
    }

    public static String auditStock(Warehouse warehouse) {
        return "audit-stock:" + tag(warehouse);
    }

    public static String auditFindings(Warehouse warehouse) {
        return "audit-findings:" + tag(warehouse);
    }

    public static String deadLetters(Warehouse warehouse) {
        return "dead-letters:" + tag(warehouse);
    }

    public static String deadLetterMark(Warehouse warehouse, String digest) {
        return "dead-letter:" + tag(warehouse) + ":" + digest;
    }

    /** The same id in two warehouses is two orders, and neither delays the other. */
    public static String lock(Warehouse warehouse, String id) {
        return warehouse.isMain() ? "lock:" + id : "lock:" + warehouse + "/" + id;
    }

    /** Not the lock of the order, which is kept for a while after it was settled. */
    public static String cancelLock(Warehouse warehouse, String id) {
        return lock(warehouse, cancelJob(id));
    }

    private static String tag(Warehouse warehouse) {
        return "{" + warehouse + "}";
    }

    private static String channel(String name, Warehouse warehouse) {
        return warehouse.isMain() ? name : name + ":" + warehouse;
    }
}
