package io.github.exactlyonce.inventory.stock;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.WarehouseRegistry;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.Replica;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.core.io.ClassPathResource;
import org.springframework.data.redis.core.Cursor;
import org.springframework.data.redis.core.ScanOptions;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * The units available of each SKU, as a person sees and changes them.
 *
 * <p>Touches {@code stock:{main}}, {@code ledger:{main}}, {@code restock:{main}:<id>}. A change is done once: Lettuce sends
 * a command again after a reconnect, and a client repeats a request whose answer it missed.
 */
@Component
class Stock {

    /** How long a repeated command of this process can still be under way. */
    private static final Duration RESEND_WINDOW = Duration.ofMinutes(10);

    private static final long SCAN_STEP = 1000;

    @SuppressWarnings("rawtypes")
    private static final RedisScript<List> CHANGE_STOCK =
            RedisScript.of(new ClassPathResource("META-INF/scripts/change-stock.lua"), List.class);

    private final StringRedisTemplate redis;
    private final WarehouseRegistry warehouses;
    private final InventoryProperties properties;
    private final Replica replica;

    Stock(StringRedisTemplate redis, WarehouseRegistry warehouses, InventoryProperties properties, Replica replica) {
        this.redis = redis;
        this.warehouses = warehouses;
        this.properties = properties;
        this.replica = replica;
    }

    Optional<Level> level(Warehouse warehouse, String sku) {
        Object quantity = redis.opsForHash().get(RedisKeys.stock(warehouse), sku);
        return Optional.ofNullable(quantity).map(units -> new Level(sku, Long.parseLong((String) units)));
    }

    Level set(Warehouse warehouse, String sku, int quantity) {
        return change(warehouse, "SET", "set-" + UUID.randomUUID(), sku, quantity, RESEND_WINDOW)
                .level();
    }

    /** Adds units, once per restockId within the retention time. */
    Change restock(Warehouse warehouse, String restockId, String sku, int quantity) {
        return change(warehouse, "RESTOCKED", restockId, sku, quantity, properties.retention());
    }

    private Change change(Warehouse warehouse, String effect, String id, String sku, int quantity, Duration markedFor) {
        warehouses.use(warehouse);
        List<?> answer = redis.execute(
                CHANGE_STOCK,
                List.of(RedisKeys.stock(warehouse), RedisKeys.ledger(warehouse), RedisKeys.restock(warehouse, id)),
                effect,
                String.valueOf(markedFor.toMillis()),
                String.valueOf(properties.ledgerLength()),
                id,
                sku,
                String.valueOf(quantity),
                replica.newOwnerToken());
        boolean isNew = ((Long) answer.get(0)) == 1;
        boolean isSame = answer.get(2).equals(sku + "=" + quantity);
        return new Change(new Level(sku, (Long) answer.get(1)), isNew, isSame);
    }

    /**
     * One page of all SKUs, sorted. The hash is scanned step by step, which never holds Redis up, and only one page is
     * kept in memory.
     *
     * @param after only SKUs after this one
     */
    Page page(Warehouse warehouse, String after, int limit) {
        TreeMap<String, Long> first = new TreeMap<>();
        ScanOptions steps = ScanOptions.scanOptions().count(SCAN_STEP).build();
        try (Cursor<Map.Entry<Object, Object>> cursor = redis.opsForHash().scan(RedisKeys.stock(warehouse), steps)) {
            cursor.forEachRemaining(entry -> {
                String sku = (String) entry.getKey();
                if (sku.compareTo(after) > 0) {
                    first.put(sku, Long.valueOf((String) entry.getValue()));
                }
                if (first.size() > limit + 1) {
                    first.pollLastEntry();
                }
            });
        }
        boolean more = first.size() > limit;
        if (more) {
            first.pollLastEntry();
        }
        List<Level> levels = first.entrySet().stream()
                .map(entry -> new Level(entry.getKey(), entry.getValue()))
                .toList();
        return new Page(levels, more ? first.lastKey() : null);
    }

    /** @param quantity units available */
    record Level(String sku, long quantity) {}

    /**
     * @param isNew whether this request did it
     * @param isSame whether the change of this id asked for the same
     */
    record Change(Level level, boolean isNew, boolean isSame) {}

    /** @param next what to give as {@code after} for the next page; absent on the last one */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Page(List<Level> items, @Nullable String next) {}
}
