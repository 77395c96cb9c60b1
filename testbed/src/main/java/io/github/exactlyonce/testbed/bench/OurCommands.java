package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.LuaScript;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.SetArgs;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.api.sync.RedisCommands;
import java.time.Duration;
import java.util.List;

/** What our services send to Redis for an order, with their defaults. */
public final class OurCommands {

    private static final LuaScript PLACE = LuaScript.returningList("place-order.lua");
    private static final String GRACE_MILLIS = "2000";
    private static final SetArgs IF_FREE = SetArgs.Builder.nx().px(5_000);
    private static final String RETENTION_MILLIS =
            String.valueOf(Duration.ofDays(7).toMillis());
    /** The benchmark starts replicas with it, so that all of the ledger can be counted in the end; not their default. */
    public static final String LEDGER_LENGTH = "100000000";

    private final String commitSha1;

    private OurCommands(String commitSha1) {
        this.commitSha1 = commitSha1;
    }

    /** Gives Redis the scripts. */
    public static OurCommands load(RedisCommands<String, String> redis) {
        redis.scriptLoad(PLACE.body());
        return new OurCommands(redis.scriptLoad(LocalSystem.inventoryScript("commit-order.lua")));
    }

    /** All of them: placed once, heard of by so many replicas, settled by the first. @return of the last command */
    public RedisFuture<?> sendAll(RedisAsyncCommands<String, String> redis, Order order, int replicas) {
        place(redis, order);
        for (int i = 1; i <= replicas; i++) {
            gate(redis, order, token(i));
        }
        return commit(redis, order, token(1));
    }

    /** As long as a replica's. */
    private static String token(int replica) {
        return "inventory-" + replica + "/x7Qa03_k";
    }

    /** As the order service does it for an order that comes over HTTP. */
    RedisFuture<?> place(RedisAsyncCommands<String, String> redis, Order order) {
        String[] keys = {RedisKeys.order(Warehouse.MAIN, order.orderId()), RedisKeys.jobs(Warehouse.MAIN)};
        return redis.<List<Object>>evalsha(
                PLACE.sha1(),
                PLACE.output(),
                keys,
                "announce",
                order.orderId(),
                GRACE_MILLIS,
                RedisKeys.orderUpdates(Warehouse.MAIN),
                RedisKeys.jobUpdates(Warehouse.MAIN),
                order.items().packed(),
                "",
                "",
                "",
                "");
    }

    /** As a replica does it that hears the message. */
    private RedisFuture<?> gate(RedisAsyncCommands<String, String> redis, Order order, String token) {
        return redis.set(RedisKeys.lock(Warehouse.MAIN, order.orderId()), token, IF_FREE);
    }

    /** As the replica does it that passed the gate. */
    private RedisFuture<?> commit(RedisAsyncCommands<String, String> redis, Order order, String token) {
        String id = order.orderId();
        String[] keys = {
            RedisKeys.order(Warehouse.MAIN, id), RedisKeys.jobs(Warehouse.MAIN), Contender.STOCK, Contender.LEDGER
        };
        return redis.<List<Object>>evalsha(
                commitSha1,
                ScriptOutputType.MULTI,
                keys,
                id,
                token,
                order.items().packed(),
                "",
                RETENTION_MILLIS,
                LEDGER_LENGTH,
                RedisKeys.inventoryUpdates(Warehouse.MAIN),
                "");
    }
}
