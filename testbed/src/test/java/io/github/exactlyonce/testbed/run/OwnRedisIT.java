package io.github.exactlyonce.testbed.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.testbed.system.ChildProcess;
import io.github.exactlyonce.testbed.system.RedisNodes;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.cluster.RedisClusterClient;
import io.lettuce.core.cluster.api.StatefulRedisClusterConnection;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What the local run invites to on a Redis of several processes, without the services, which take long to start. */
class OwnRedisIT {

    private static final Duration PATIENCE = Duration.ofSeconds(60);
    private static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);
    private static final String KEY = "order:{main}:29";

    private final ByteArrayOutputStream said = new ByteArrayOutputStream();
    private final RedisNodes nodes = new RedisNodes();
    private LocalRedis redis;

    @AfterEach
    void endAll() {
        nodes.close();
        redis.process().ifPresent(ChildProcess::stop);
    }

    @Test
    void onAClusterTheReplicaOfTheOwnerTakesOver() throws IOException {
        start(new OwnCluster("cluster-it"));
        assertThat(pids()).hasSize(6).allMatch(OwnRedisIT::isAlive);
        int named = number("redis-cli -c -p (\\d+) hgetall '" + Pattern.quote(KEY) + "'");
        assertThat(LocalRun.plan("cluster-it", RunOptions.parse(), redis).environment())
                .isEqualTo(redis.settings());
        await().ignoreExceptions().atMost(PATIENCE).untilAsserted(() -> onCluster("before"));
        assertThat(role(named)).isEqualTo("slave");

        kill(number("kill -9 (\\d+)"));

        await().ignoreExceptions().atMost(PATIENCE).until(() -> role(named).equals("master"));
        await().ignoreExceptions().atMost(PATIENCE).untilAsserted(() -> onCluster("after"));
        assertThat(nodes.commands(named).hget(KEY, "status")).isEqualTo("after");
        assertOneHasEndedAndAllDoWithTheRun();
    }

    @Test
    void withSentinelOneOfTheReplicasTakesOver() throws IOException {
        start(new OwnSentinel("sentinel-it"));
        assertThat(pids()).hasSize(6).allMatch(OwnRedisIT::isAlive);
        int sentinel = number("redis-cli -p (\\d+) sentinel get-master-addr-by-name main");
        await().ignoreExceptions().atMost(PATIENCE).untilAsserted(() -> onSentinel("before"));
        int replica = number("redis-cli -p (\\d+) hgetall '" + Pattern.quote(KEY) + "'");
        await().atMost(PATIENCE)
                .until(() -> "before".equals(nodes.commands(replica).hget(KEY, "status")));

        int first = primary(sentinel);
        kill(number("kill -9 (\\d+)"));

        await().ignoreExceptions().atMost(PATIENCE).until(() -> primary(sentinel) != first);
        await().ignoreExceptions().atMost(PATIENCE).untilAsserted(() -> onSentinel("after"));
        assertThat(nodes.commands(primary(sentinel)).hget(KEY, "status")).isEqualTo("after");
        assertOneHasEndedAndAllDoWithTheRun();
    }

    private void start(LocalRedis one) {
        redis = one;
        one.start(new Terminal(new PrintStream(said, true), false));
    }

    /** As one of the services, which are told the settings. */
    private void onCluster(String status) {
        List<RedisURI> seeds = Arrays.stream(setting("CLUSTER_NODES").split(","))
                .map(OwnRedisIT::uri)
                .toList();
        RedisClusterClient client = RedisClusterClient.create(seeds);
        try (StatefulRedisClusterConnection<String, String> connection = client.connect()) {
            connection.sync().hset(KEY, "status", status);
        } finally {
            client.shutdown();
        }
    }

    private void onSentinel(String status) {
        RedisURI uri = new RedisURI();
        uri.setSentinelMasterId(setting("SENTINEL_MASTER"));
        uri.setTimeout(ANSWER_LIMIT);
        Arrays.stream(setting("SENTINEL_NODES").split(",")).map(OwnRedisIT::uri).forEach(uri.getSentinels()::add);
        RedisClient client = RedisClient.create(uri);
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            connection.sync().hset(KEY, "status", status);
        } finally {
            client.shutdown();
        }
    }

    private String setting(String name) {
        Map<String, String> settings = redis.settings();
        return settings.get("SPRING_DATA_REDIS_" + name);
    }

    private static RedisURI uri(String address) {
        RedisURI uri = RedisURI.create("redis://" + address);
        uri.setTimeout(ANSWER_LIMIT);
        return uri;
    }

    private String role(int port) {
        return (String) nodes.commands(port).role().get(0);
    }

    private int primary(int sentinel) {
        return ((InetSocketAddress) nodes.sentinel(sentinel).getMasterAddrByName("main")).getPort();
    }

    private void assertOneHasEndedAndAllDoWithTheRun() throws IOException {
        ChildProcess host = redis.process().orElseThrow();
        assertThat(host.isAlive()).isTrue();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readAllLines(host.log()))
                        .filteredOn(line -> line.endsWith(" has ended"))
                        .hasSize(1));

        host.standardInput().close(); // as when the JVM of the run is killed

        await().atMost(PATIENCE).until(() -> pids().stream().noneMatch(OwnRedisIT::isAlive));
    }

    private List<Integer> pids() {
        return Pattern.compile("pid (\\d+)")
                .matcher(said.toString())
                .results()
                .map(pid -> Integer.valueOf(pid.group(1)))
                .toList();
    }

    /** What the invitation has in this place. */
    private int number(String pattern) {
        return Pattern.compile(pattern)
                .matcher(redis.invitation(KEY))
                .results()
                .map(match -> Integer.valueOf(match.group(1)))
                .findFirst()
                .orElseThrow();
    }

    private static boolean isAlive(int pid) {
        return ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isPresent();
    }

    private static void kill(int pid) {
        ProcessHandle.of(pid).orElseThrow().destroyForcibly();
    }
}
