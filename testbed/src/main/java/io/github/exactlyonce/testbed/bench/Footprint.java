package io.github.exactlyonce.testbed.bench;

import io.lettuce.core.ScanArgs;
import io.lettuce.core.ScanCursor;
import io.lettuce.core.api.sync.RedisCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.IntegerOutput;
import io.lettuce.core.output.NestedMultiOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What each of some orders left in Redis, in bytes. The tables of keys and of expiries double now and then, so what they happened to grow meanwhile would be chance:
 * their part is what they hold for a key, on average over all keys.
 *
 * @param content keys and values
 * @param tables an order's part of Redis's own tables
 */
record Footprint(double content, double tables) {

    /** The same in each scope: so many are sent to be weighed, when all locks have expired; and they are, when theirs have. */
    static final int ORDERS = 10_000;

    private static final int KEYS_A_STEP = 1_000;

    double total() {
        return content + tables;
    }

    /**
     * What a Redis held at one moment, from {@code MEMORY STATS}.
     *
     * @param dataset bytes without tables, connections, scripts and backlogs
     * @param tables bytes of the tables of keys and expiries
     */
    record Held(long dataset, long tables, long keys) {

        static Held by(RedisCommands<String, String> redis) {
            forgetWhatHasExpired(redis);
            Map<String, Long> stats = new HashMap<>();
            collect(
                    redis.dispatch(
                            CommandType.MEMORY,
                            new NestedMultiOutput<>(StringCodec.UTF8),
                            new CommandArgs<>(StringCodec.UTF8).add("STATS")),
                    stats);
            return new Held(
                    stats.get("dataset.bytes"),
                    stats.get("overhead.hashtable.main") + stats.get("overhead.hashtable.expires"),
                    stats.get("keys.count"));
        }

        /** Redis looks for expired keys by chance, and lets some be as long as they are few among those that expire later; one that is come across goes. */
        private static void forgetWhatHasExpired(RedisCommands<String, String> redis) {
            ScanCursor position = ScanCursor.INITIAL;
            do {
                position = redis.scan(position, ScanArgs.Builder.limit(KEYS_A_STEP));
            } while (!position.isFinished());
        }

        /** Names and values in turns; a database's are a list of their own. */
        private static void collect(List<?> fields, Map<String, Long> stats) {
            for (int i = 0; i + 1 < fields.size(); i += 2) {
                if (fields.get(i + 1) instanceof Long number) {
                    stats.put(String.valueOf(fields.get(i)), number);
                } else if (fields.get(i + 1) instanceof List<?> nested) {
                    collect(nested, stats);
                }
            }
        }

        Footprint since(Held before, int orders) {
            double keysOfAnOrder = (keys - before.keys) / (double) orders;
            return new Footprint(
                    (dataset - before.dataset) / (double) orders, keysOfAnOrder * tables / Math.max(1, keys));
        }
    }

    /** Bytes of keys with their values and their entry in the table of keys, on average, all elements counted ({@code MEMORY USAGE key SAMPLES 0}). */
    static double ofEach(RedisCommands<String, String> redis, Collection<String> keys) {
        return keys.stream()
                .mapToLong(key -> redis.dispatch(
                        CommandType.MEMORY,
                        new IntegerOutput<>(StringCodec.UTF8),
                        new CommandArgs<>(StringCodec.UTF8)
                                .add("USAGE")
                                .addKey(key)
                                .add("SAMPLES")
                                .add(0)))
                .average()
                .orElseThrow();
    }
}
