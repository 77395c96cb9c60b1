package io.github.exactlyonce.testbed.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.List;
import org.junit.jupiter.api.Test;

class FootprintTest {

    @Test
    void tablesThatDoubleMeanwhileDoNotMakeAnOrderHeavier() {
        try (RedisProcess process = RedisProcess.start();
                RedisClient client = RedisClient.create(process.url())) {
            RedisCommands<String, String> redis = client.connect().sync();

            // So many that a connection's buffers, which Redis gives back some time later, do not count.
            Footprint within = weigh(redis, 40_000, 60_000); // of 65,536
            Footprint across = weigh(redis, 60_000, 70_000); // to 131,072

            assertThat(across.content()).isCloseTo(within.content(), within(5.0));
            assertThat(across.tables())
                    .isBetween(within.tables(), within.tables() + 16); // two slots more for each key while they move
            assertThat(across.total()).isGreaterThan(100); // the value alone
        }
    }

    /** Redis would let some be, as long as they are few among those that expire later. */
    @Test
    void whatHasExpiredIsGone() {
        try (RedisProcess process = RedisProcess.start("--hz", "1");
                RedisClient client = RedisClient.create(process.url())) {
            RedisCommands<String, String> redis = client.connect().sync();
            redis.eval("""
                    for i = 1, 10000 do redis.call('SET', 'lasting-' .. i, 'v', 'EX', 1000) end
                    for i = 1, 500 do redis.call('SET', 'gone-' .. i, 'v', 'PX', 1) end
                    return redis.status_reply('OK')""", ScriptOutputType.STATUS);
            await().until(() -> redis.exists("gone-500") == 0);

            assertThat(Footprint.Held.by(redis).keys()).isEqualTo(10_000);
        }
    }

    @Test
    void aKeyIsWeighedWithItsValue() {
        try (RedisProcess process = RedisProcess.start();
                RedisClient client = RedisClient.create(process.url())) {
            RedisCommands<String, String> redis = client.connect().sync();
            redis.set("one", "v".repeat(100));
            redis.set("two", "v".repeat(300));

            assertThat(Footprint.ofEach(redis, List.of("one", "two"))).isBetween(200.0, 300.0);
        }
    }

    private static Footprint weigh(RedisCommands<String, String> redis, int from, int to) {
        add(redis, (int) (long) redis.dbsize(), from);
        Footprint.Held before = Footprint.Held.by(redis);
        add(redis, from, to);
        return Footprint.Held.by(redis).since(before, to - from);
    }

    /** One after the other, and so that Redis moves to a greater table at once rather than bit by bit. */
    private static void add(RedisCommands<String, String> redis, int from, int to) {
        redis.eval(
                "for i = ARGV[1], ARGV[2] - 1 do redis.call('SET', 'key-' .. (100000 + i), string.rep('v', 100)) end",
                ScriptOutputType.STATUS,
                new String[0],
                String.valueOf(from),
                String.valueOf(to));
    }
}
