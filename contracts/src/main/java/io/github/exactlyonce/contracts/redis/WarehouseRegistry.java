package io.github.exactlyonce.contracts.redis;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.core.io.ClassPathResource;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;

/**
 * All warehouses that there are. Whoever writes to one adds it first, so that the replicas that serve all of them find it:
 * they hear of it at once, and find it in the set if that message is lost. If the process dies in between, the list has a
 * warehouse without anything in it, which harms nobody.
 *
 * <p>Touches the set {@value RedisKeys#WAREHOUSES}, and looks whether {@code stock:{main}} is there; publishes on the channel of that name.
 */
public final class WarehouseRegistry {

    /** Each replica subscribes to two channels of each warehouse, and looks for due jobs in each. */
    public static final int MOST = 10_000;

    /** A failover can take back what it had answered, so a warehouse is added again while it is used. */
    private static final Duration REMEMBERED = Duration.ofMinutes(1);

    private static final Logger log = LoggerFactory.getLogger(WarehouseRegistry.class);
    private static final RedisScript<Long> ADD_WAREHOUSE =
            RedisScript.of(new ClassPathResource("META-INF/scripts/add-warehouse.lua"), Long.class);

    private final StringRedisTemplate redis;
    private final Duration memory;

    /** Until when, by {@link System#nanoTime()}, a warehouse need not be added again. */
    private final Map<Warehouse, Long> remembered = new ConcurrentHashMap<>();

    @Autowired
    WarehouseRegistry(StringRedisTemplate redis) {
        this(redis, REMEMBERED);
    }

    WarehouseRegistry(StringRedisTemplate redis, Duration memory) {
        this.redis = redis;
        this.memory = memory;
    }

    /**
     * To be called before anything is written to a warehouse. Costs nothing, but once a minute one small command.
     *
     * @throws InvalidInputException if it is new and there are {@value #MOST} already
     * @throws DataAccessException if it is new to this process, has no stock, and Redis does not answer; repeating it is safe
     */
    public void use(Warehouse warehouse) {
        if (warehouse.isMain()) {
            return;
        }
        Long until = remembered.get(warehouse);
        if (until != null && until - System.nanoTime() > 0) {
            return;
        }
        if (until != null) {
            remember(warehouse); // before it is asked for: nobody else need wait for this answer
        }
        try {
            add(warehouse);
        } catch (DataAccessException e) {
            // The node that has the list may be away while that of the warehouse is not.
            if (until == null && !wasUsed(warehouse)) {
                throw e;
            }
            log.warn("warehouse {} is in use, but could not be added again: {}", warehouse, e.getMessage());
        }
        remember(warehouse);
    }

    /** In the order of their names, {@link Warehouse#MAIN} among them. */
    public Set<Warehouse> all() {
        Set<Warehouse> all = new TreeSet<>(Set.of(Warehouse.MAIN));
        Set<String> names = redis.opsForSet().members(RedisKeys.WAREHOUSES);
        if (names != null) {
            names.stream().filter(Warehouse::isName).map(Warehouse::new).forEach(all::add);
        }
        return all;
    }

    /**
     * Adds what somebody knows, after the list was lost.
     *
     * @throws DataAccessException if Redis does not answer; repeating it is safe
     */
    public void restore(Set<Warehouse> known) {
        known.stream().filter(warehouse -> !warehouse.isMain()).forEach(this::add);
    }

    /** @throws DataAccessException if Redis does not answer */
    public boolean contains(Warehouse warehouse) {
        return warehouse.isMain()
                || remembered.containsKey(warehouse)
                || Boolean.TRUE.equals(redis.opsForSet().isMember(RedisKeys.WAREHOUSES, warehouse.name()));
    }

    /** Whoever gave it stock had added it before. */
    private boolean wasUsed(Warehouse warehouse) {
        return Boolean.TRUE.equals(redis.hasKey(RedisKeys.stock(warehouse)));
    }

    private void add(Warehouse warehouse) {
        Long added = redis.execute(
                ADD_WAREHOUSE,
                List.of(RedisKeys.WAREHOUSES),
                warehouse.name(),
                String.valueOf(MOST - 1),
                RedisKeys.WAREHOUSES);
        if (added == 0) {
            throw new InvalidInputException(
                    "warehouse", "must be one that there is: there are " + MOST + ", and no more can be added");
        }
    }

    private void remember(Warehouse warehouse) {
        if (remembered.size() >= MOST) { // a person took some out of the list, and others came
            remembered.clear();
        }
        remembered.put(warehouse, System.nanoTime() + memory.toNanos());
    }
}
