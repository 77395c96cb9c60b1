package io.github.exactlyonce.testbed;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.github.exactlyonce.testbed.audit.Audit;
import io.github.exactlyonce.testbed.audit.AuditReport;
import io.github.exactlyonce.testbed.load.Load;
import io.github.exactlyonce.testbed.load.Order;
import io.github.exactlyonce.testbed.load.OrderClient;
import io.github.exactlyonce.testbed.load.RandomOrders;
import io.github.exactlyonce.testbed.system.Inventory;
import io.github.exactlyonce.testbed.system.LocalSystem;
import io.github.exactlyonce.testbed.system.Ports;
import io.github.exactlyonce.testbed.system.SystemPlan;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.netty.pkitesting.CertificateBuilder;
import io.netty.pkitesting.X509Bundle;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** The pair on each kind of Redis that it can be told of by Spring's settings, as the charts set them. */
class RedisKindsIT {

    private static final int ORDERS = 500;

    /** Users of its own, as a managed Redis has them. */
    private static final List<String> USERS =
            List.of("--user", "default", "off", "--user", "shop", "on", ">secret", "~*", "&*", "+@all");

    @Test
    void withTlsOfAnOwnAuthorityAndAPassword() throws Exception {
        X509Bundle authority = new CertificateBuilder()
                .subject("CN=authority")
                .setIsCertificateAuthority(true)
                .buildSelfSigned();
        X509Bundle server = new CertificateBuilder()
                .subject("CN=localhost")
                .addSanIpAddress("127.0.0.1")
                .buildIssuedBy(authority);
        Path directory = Files.createTempDirectory("tls");
        Path trusted = Files.writeString(directory.resolve("ca.crt"), authority.getCertificatePEM());
        int tlsPort = Ports.free();
        List<String> options = new ArrayList<>(USERS);
        options.addAll(List.of("--tls-port", String.valueOf(tlsPort), "--tls-auth-clients", "no"));
        options.addAll(List.of("--tls-ca-cert-file", trusted.toString()));
        options.addAll(List.of("--tls-cert-file", server.toTempCertChainPem().getPath()));
        options.addAll(List.of("--tls-key-file", server.toTempPrivateKeyPem().getPath()));
        try (RedisProcess redis = startWithTls(directory, options)) {
            assertEachSettledOnce(
                    "tls",
                    RedisURI.create("rediss://shop:secret@127.0.0.1:" + tlsPort),
                    RedisURI.create("redis://shop:secret@127.0.0.1:" + redis.port()),
                    Map.of(
                            "SPRING_SSL_BUNDLE_PEM_REDIS_TRUSTSTORE_CERTIFICATE",
                            "file:" + trusted,
                            "SPRING_DATA_REDIS_SSL_BUNDLE",
                            "redis"));
        }
    }

    @Test
    void behindASentinelWithPasswordsOfItsOwn() throws Exception {
        try (RedisProcess redis = RedisProcess.start("--requirepass", "secret", "--masterauth", "secret");
                RedisProcess sentinel = RedisProcess.startSentinel(
                        "main", redis, "sentinel auth-pass main secret", "requirepass watcher")) {
            RedisURI primary = RedisURI.create("redis://:secret@127.0.0.1:" + redis.port());
            assertEachSettledOnce(
                    "sentinel",
                    primary,
                    primary,
                    Map.of(
                            "SPRING_DATA_REDIS_HOST", "nowhere.invalid",
                            "SPRING_DATA_REDIS_SENTINEL_MASTER", "main",
                            "SPRING_DATA_REDIS_SENTINEL_NODES", "127.0.0.1:" + sentinel.port(),
                            "SPRING_DATA_REDIS_SENTINEL_PASSWORD", "watcher"));
        }
    }

    @Test
    void onAClusterOfThree() throws Exception {
        try (ThreePrimaries cluster = new ThreePrimaries()) {
            assertEachSettledOnce(
                    "cluster",
                    cluster.uri(),
                    RedisURI.create(cluster.holderOf(MAIN).url()),
                    cluster.settings());
        }
    }

    /** @param data where the test reads what the services wrote */
    private static void assertEachSettledOnce(
            String run, RedisURI services, RedisURI data, Map<String, String> settings) throws InterruptedException {
        Map<String, Long> stock = Map.of("001", 1_000L, "002", 100L);
        RedisClient client = RedisClient.create(data);
        try (LocalSystem system = LocalSystem.launch(SystemPlan.forTests(run, services, 2, settings));
                StatefulRedisConnection<String, String> connection = client.connect()) {
            system.waitUntilReady();
            Inventory inventory = new Inventory(system.replicas().get(0).uri());
            inventory.audit(); // begins it: what follows is replayed
            stock.forEach(inventory::set);
            Iterator<Order> orders = new RandomOrders(run, List.of("001", "002"), 1);
            Iterator<Order> some =
                    IntStream.range(0, ORDERS).mapToObj(i -> orders.next()).iterator();

            List<Order> accepted = Load.start(
                            new OrderClient(system.orderService().uri()), some, Load.FULL_SPEED)
                    .await();
            await().atMost(TestSystem.PATIENCE).until(() -> connection.sync().zcard(RedisKeys.jobs(MAIN)) == 0);

            AuditReport report = Audit.of(connection, accepted, stock);
            System.out.println(report);
            assertThat(accepted).hasSize(ORDERS);
            assertThat(report).matches(AuditReport::isClean, "is clean");
            assertThat(inventory.audit()).contains("\"clean\":true").contains("\"entries\":" + (ORDERS + stock.size()));
        } finally {
            client.shutdown();
        }
    }

    private static RedisProcess startWithTls(Path directory, List<String> options) throws IOException {
        try {
            return RedisProcess.start(RedisProcess.freePort(), directory, options.toArray(String[]::new));
        } catch (IllegalStateException e) {
            String said = Files.readString(directory.resolve("redis.out"));
            assumeThat(said).as("this redis-server was built with TLS").doesNotContain("tls-");
            throw e;
        }
    }
}
