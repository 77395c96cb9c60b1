package io.github.exactlyonce.contracts.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RedisRequirementsTest {

    private static Properties info(String... namesAndValues) {
        Properties info = new Properties();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            info.setProperty(namesAndValues[i], namesAndValues[i + 1]);
        }
        return info;
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.0", "6.2.14", "7.0.15", "8.2", "10.0.1"})
    void anyRedisFrom6Dot2IsFine(String version) {
        assertThat(RedisRequirements.problemWith(info("redis_version", version, "maxmemory_policy", "noeviction")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.0.16", "5.0.7", "2.8"})
    void anOlderRedisIsNamed(String version) {
        assertThat(RedisRequirements.problemWith(info("redis_version", version, "maxmemory_policy", "noeviction")))
                .contains("Redis " + version + " is too old: 6.2 or newer is needed");
    }

    @Test
    void aPolicyThatEvictsIsNamedWithWhatToSetInstead() {
        assertThat(RedisRequirements.problemWith(info("redis_version", "7.0.15", "maxmemory_policy", "allkeys-lru")))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .startsWith("maxmemory-policy is allkeys-lru")
                        .endsWith("Set it to noeviction"));
    }

    @Test
    void oneNodeOfAClusterIsEnoughToFail() {
        Properties info = info(
                "10.0.0.1:6379.redis_version", "7.0.15",
                "10.0.0.1:6379.maxmemory_policy", "noeviction",
                "10.0.0.2:6379.redis_version", "7.0.15",
                "10.0.0.2:6379.maxmemory_policy", "volatile-ttl");

        assertThat(RedisRequirements.problemWith(info))
                .hasValueSatisfying(problem -> assertThat(problem).startsWith("maxmemory-policy is volatile-ttl"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"7.2.0", "7.4.1", "8.0.2", "10.0"})
    void aDiskIsSpokenOfFrom7Dot2(String version) {
        assertThat(RedisRequirements.problemWithDisk(info("redis_version", version, "aof_enabled", "1")))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"6.2.14", "7.0.15", "7.1"})
    void anOlderRedisSaysNothingOfItsDisk(String version) {
        assertThat(RedisRequirements.problemWithDisk(info("redis_version", version, "aof_enabled", "1")))
                .hasValueSatisfying(problem ->
                        assertThat(problem).startsWith("Redis " + version).contains("7.2 or newer"));
    }

    @Test
    void oneNodeWithoutAnAppendOnlyFileIsEnoughToFail() {
        Properties info = info(
                "10.0.0.1:6379.redis_version", "7.2.4",
                "10.0.0.1:6379.aof_enabled", "1",
                "10.0.0.2:6379.redis_version", "7.2.4",
                "10.0.0.2:6379.aof_enabled", "0");

        assertThat(RedisRequirements.problemWithDisk(info))
                .contains("Redis keeps no append-only file: set appendonly to yes");
    }
}
