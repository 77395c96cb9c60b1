package io.github.exactlyonce.helm;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Both charts have this from the library; one of them stands for both. */
class RedisTest {

    @ParameterizedTest
    @CsvSource({
        "redis://redis-master:6379/0, redis-master, 6379, 0, ",
        "redis://redis, redis, 6379, 0, ",
        "redis://redis/, redis, 6379, 0, ",
        "redis://redis.cache.svc:6380/15, redis.cache.svc, 6380, 15, ",
        "redis://10.0.0.7:6379, 10.0.0.7, 6379, 0, ",
        "'redis://[fd00::7]:6380/1', fd00::7, 6380, 1, ",
        "rediss://cache.example.com:6380/3, cache.example.com, 6380, 3, true"
    })
    void aUrlIsTakenApart(String url, String host, String port, String database, String ssl) {
        Map<String, String> expected = new TreeMap<>(Map.of(
                "SPRING_DATA_REDIS_HOST", host,
                "SPRING_DATA_REDIS_PORT", port,
                "SPRING_DATA_REDIS_DATABASE", database));
        if (ssl != null) {
            expected.put("SPRING_DATA_REDIS_SSL_ENABLED", ssl);
        }
        assertThat(redis("url: \"" + url + "\"")).isEqualTo(expected);
    }

    @Test
    void aPasswordIsKeptInASecret() {
        Manifest manifest = Chart.ORDER_SERVICE.render("redis: {username: app, password: s3cret}");

        Map<String, String> data = manifest.the(Secret.class).getData();
        assertThat(new String(Base64.getDecoder().decode(data.get("redis-password")), StandardCharsets.UTF_8))
                .isEqualTo("s3cret");
        assertThat(manifest.environment())
                .containsEntry("SPRING_DATA_REDIS_USERNAME", "app")
                .containsEntry("SPRING_DATA_REDIS_PASSWORD", "orders-order-service-redis/redis-password");
        assertThat(Chart.ORDER_SERVICE.renderText("redis: {password: s3cret}")).doesNotContain("s3cret");
    }

    @Test
    void aPasswordIsTakenFromAnotherSecret() {
        Manifest manifest = Chart.ORDER_SERVICE.render("redis: {existingSecret: mine, existingSecretPasswordKey: pw}");

        assertThat(manifest.maybe(Secret.class)).isEmpty();
        assertThat(manifest.environment()).containsEntry("SPRING_DATA_REDIS_PASSWORD", "mine/pw");
    }

    @Test
    void anOwnCaAndAClientCertificateAreMounted() {
        String values = "redis: {url: 'rediss://redis', tls: {existingSecret: redis-tls, clientCertificate: true}}";
        Manifest manifest = Chart.ORDER_SERVICE.render(values);

        assertThat(manifest.environment())
                .containsEntry("SPRING_DATA_REDIS_SSL_ENABLED", "true")
                .containsEntry("SPRING_DATA_REDIS_SSL_BUNDLE", "redis")
                .containsEntry("SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE", "file:/etc/redis-tls/ca.crt")
                .containsEntry("SPRING_SSL_BUNDLE_PEM_REDIS_KEYSTORE_CERTIFICATE", "file:/etc/redis-tls/tls.crt")
                .containsEntry("SPRING_SSL_BUNDLE_PEM_REDIS_KEYSTORE_PRIVATEKEY", "file:/etc/redis-tls/tls.key");
        assertThat(manifest.serviceContainer().getVolumeMounts())
                .anyMatch(it -> it.getMountPath().equals("/etc/redis-tls") && it.getReadOnly());
        assertThat(manifest.servicePod().getVolumes())
                .filteredOn(it -> it.getSecret() != null)
                .singleElement()
                .satisfies(it -> {
                    assertThat(it.getSecret().getSecretName()).isEqualTo("redis-tls");
                    assertThat(it.getSecret().getDefaultMode()).isEqualTo(0440);
                });
    }

    @Test
    void sentinelsHaveUsersAndPasswordsOfTheirOwn() {
        assertThat(redis("""
                                url: ""
                                password: s3cret
                                tls: {enabled: true}
                                sentinel: {master: main, nodes: ["s-0:26379", "s-1:26379"], database: 2, username: watcher, password: w}
                                """))
                .isEqualTo(Map.of(
                        "SPRING_DATA_REDIS_SENTINEL_MASTER", "main",
                        "SPRING_DATA_REDIS_SENTINEL_NODES", "s-0:26379,s-1:26379",
                        "SPRING_DATA_REDIS_SENTINEL_USERNAME", "watcher",
                        "SPRING_DATA_REDIS_SENTINEL_PASSWORD", "orders-order-service-redis/redis-sentinel-password",
                        "SPRING_DATA_REDIS_PASSWORD", "orders-order-service-redis/redis-password",
                        "SPRING_DATA_REDIS_DATABASE", "2",
                        "SPRING_DATA_REDIS_SSL_ENABLED", "true"));
    }

    @Test
    void aClusterIsFoundByItsNodes() {
        assertThat(redis("url: ''\ncluster: {nodes: ['c-0:6379', 'c-1:6379']}"))
                .isEqualTo(Map.of("SPRING_DATA_REDIS_CLUSTER_NODES", "c-0:6379,c-1:6379"));
    }

    private static Map<String, String> redis(String values) {
        Map<String, String> environment = new TreeMap<>(
                Chart.ORDER_SERVICE.render("redis:\n" + values.indent(2)).environment());
        environment.keySet().removeIf(name -> !name.contains("REDIS"));
        return environment;
    }
}
