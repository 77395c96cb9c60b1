package io.github.exactlyonce.testbed.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.exactlyonce.testbed.system.Topology;
import io.lettuce.core.RedisURI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunOptionsTest {

    @Test
    void threeReplicasFromPort3001OnARedisOfOurOwnUnlessToldOtherwise() {
        RunOptions options = RunOptions.parse();

        assertThat(options.port()).isEqualTo(3001);
        assertThat(options.replicaPorts()).containsExactly(3002, 3003, 3004);
        assertThat(options.redis()).isEmpty();
        assertThat(options.topology()).isEqualTo(Topology.STANDALONE);
        assertThat(RunOptions.parse("--replicas=3", "--port=3001", "--topology=", "--redis.url="))
                .isEqualTo(options);
    }

    @Test
    void thePortsOfTheReplicasFollowTheBasePort() {
        assertThat(RunOptions.parse("--port=4001", "--replicas=5").replicaPorts())
                .containsExactly(4002, 4003, 4004, 4005, 4006);
    }

    @Test
    void theRedisOfOurOwnMayBeSeveralProcesses() {
        assertThat(RunOptions.parse("--topology=Sentinel").topology()).isEqualTo(Topology.SENTINEL);
        assertThat(RunOptions.parse("--topology=cluster").topology()).isEqualTo(Topology.CLUSTER);
    }

    @Test
    void aTopologyIsNotForARedisThatIsThere() {
        assertThatThrownBy(() -> RunOptions.parse("--topology=cluster", "--redis.url=redis://localhost"))
                .isInstanceOf(RunException.class)
                .hasMessage(
                        "-Dredis.url names one Redis that is there, and -Dtopology=cluster starts others: choose one of both.");
    }

    @ParameterizedTest
    @CsvSource({
        "--replicas=0, -Dreplicas=0: must be a whole number from 1 to 50.",
        "--replicas=51, -Dreplicas=51: must be a whole number from 1 to 50.",
        "--replicas=abc, -Dreplicas=abc: must be a whole number from 1 to 50.",
        "--replicas=, -Dreplicas=: must be a whole number from 1 to 50.",
        "--port=0, -Dport=0: must be a whole number from 1 to 65485.",
        "--port=65486, -Dport=65486: must be a whole number from 1 to 65485.",
        "--topology=ring, '-Dtopology=ring: choose from standalone, sentinel, cluster.'",
        "--color=on, 'There is no option --color: choose from --replicas, --port, --topology and --redis.url.'"
    })
    void aWrongValueGivesOneSentence(String argument, String sentence) {
        assertThatThrownBy(() -> RunOptions.parse(argument))
                .isInstanceOf(RunException.class)
                .hasMessage(sentence);
    }

    @Test
    void aRedisUrlGivesHostPortLoginAndTls() {
        RedisURI plain = redis("redis://example.org");
        assertThat(plain.getHost()).isEqualTo("example.org");
        assertThat(plain.getPort()).isEqualTo(6379);
        assertThat(plain.isSsl()).isFalse();

        RedisURI all = redis("rediss://app:p%40ss@10.0.0.7:6390");
        assertThat(all.getHost()).isEqualTo("10.0.0.7");
        assertThat(all.getPort()).isEqualTo(6390);
        assertThat(all.isSsl()).isTrue();
        var login = all.getCredentialsProvider().resolveCredentials().block();
        assertThat(login.getUsername()).isEqualTo("app");
        assertThat(login.getPassword()).containsExactly("p@ss".toCharArray());
    }

    @ParameterizedTest
    @ValueSource(strings = {"redis://[::1]:6380", "redis://my_redis/0", "redis://:secret@host:1/"})
    void aRedisUrlMayNameAnyHostAndADatabase(String url) {
        assertThat(redis(url).getHost()).isIn("::1", "[::1]", "my_redis", "host");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "localhost:6379",
                "http://localhost:6379",
                "redis://",
                "redis://:secret@",
                "redis-sentinel://:secret@localhost:26379#main",
                "redis://:secret@host:notaport",
                "redis://:secret@host:99999",
                "not a url: secret"
            })
    void aWrongRedisUrlGivesOneSentenceWithoutThePassword(String url) {
        assertThatThrownBy(() -> redis(url))
                .isInstanceOf(RunException.class)
                .hasMessageStartingWith("-Dredis.url must look like redis://")
                .hasMessageNotContaining("secret");
    }

    private static RedisURI redis(String url) {
        return RunOptions.parse("--redis.url=" + url).redis().orElseThrow();
    }
}
