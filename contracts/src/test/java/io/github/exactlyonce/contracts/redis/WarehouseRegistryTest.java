package io.github.exactlyonce.contracts.redis;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

class WarehouseRegistryTest {

    private static final Warehouse BERLIN = new Warehouse("berlin");
    private static final Warehouse PARIS = new Warehouse("paris");

    private final RedisProcess process = RedisProcess.start();
    private final LettuceConnectionFactory connections = new LettuceConnectionFactory(
            new RedisStandaloneConfiguration(process.host(), process.port()),
            LettuceClientConfiguration.builder()
                    .commandTimeout(Duration.ofSeconds(2))
                    .build());
    private StringRedisTemplate redis;

    private WarehouseRegistry registry(Duration memory) {
        connections.afterPropertiesSet();
        connections.start();
        redis = new StringRedisTemplate(connections);
        return new WarehouseRegistry(redis, memory);
    }

    @AfterEach
    void close() {
        connections.destroy();
        process.close();
    }

    @Test
    void mainIsAlwaysThereAndNeverAdded() {
        WarehouseRegistry registry = registry(Duration.ofMinutes(1));

        registry.use(Warehouse.MAIN);

        assertThat(redis.hasKey(RedisKeys.WAREHOUSES)).isFalse();
        assertThat(registry.all()).containsExactly(Warehouse.MAIN);
    }

    @Test
    void whatAFailoverTookBackIsAddedAgainWhileItIsUsed() {
        WarehouseRegistry registry = registry(Duration.ZERO);
        registry.use(BERLIN);
        redis.delete(RedisKeys.WAREHOUSES);

        registry.use(BERLIN);

        assertThat(registry.all()).containsExactly(BERLIN, Warehouse.MAIN);
    }

    @Test
    void aNameThatIsRememberedIsNotAskedForAgain() {
        WarehouseRegistry registry = registry(Duration.ofMinutes(1));
        registry.use(BERLIN);
        redis.delete(RedisKeys.WAREHOUSES);

        registry.use(BERLIN);

        assertThat(registry.all()).containsExactly(Warehouse.MAIN);
    }

    @Test
    void whileTheListCannotBeReachedAWarehouseThatIsKnownGoesOnAndANewOneWaits() {
        WarehouseRegistry registry = registry(Duration.ZERO);
        registry.use(BERLIN);
        process.freeze();
        try {
            registry.use(BERLIN);

            assertThatThrownBy(() -> registry.use(PARIS)).isInstanceOf(DataAccessException.class);
        } finally {
            process.thaw();
        }
    }

    @Test
    void whatSomebodyAddedByHandAndIsNoNameIsPassedOver() {
        WarehouseRegistry registry = registry(Duration.ZERO);
        redis.opsForSet().add(RedisKeys.WAREHOUSES, "No Name", "berlin");

        assertThat(registry.all()).containsExactly(BERLIN, Warehouse.MAIN);
    }

    @Test
    void aWarehouseWithStockWasAddedOnceAndNeedsNoListToGoOn() {
        WarehouseRegistry registry = registry(Duration.ofMinutes(1));
        redis.opsForValue().set(RedisKeys.WAREHOUSES, "no set: it cannot be read");
        redis.opsForHash().put(RedisKeys.stock(BERLIN), "001", "1");

        registry.use(BERLIN);

        assertThatThrownBy(() -> registry.use(PARIS)).isInstanceOf(DataAccessException.class);
    }
}
