package io.github.exactlyonce.contracts.redis;

import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.async.RedisAsyncCommands;
import io.lettuce.core.codec.StringCodec;
import io.lettuce.core.output.CommandOutput;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.CommandType;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A command that Redis answers when what was written before it over the same connection has enough copies, or when the
 * limit is over, with the number that there are. The limit is at least a millisecond: Redis takes 0 for ever.
 */
public final class Wait {

    /** Lettuce has no method for it. */
    private static final ProtocolKeyword WAITAOF = () -> "WAITAOF".getBytes(StandardCharsets.US_ASCII);

    private final ProtocolKeyword command;
    private final List<Integer> arguments;
    private final int copies;
    private final Duration limit;

    private Wait(ProtocolKeyword command, List<Integer> arguments, int copies, Duration limit) {
        this.command = command;
        this.arguments = arguments;
        this.copies = copies;
        this.limit = limit;
    }

    /** {@code WAIT}: so many replicas have received it. */
    public static Wait forReplicas(int replicas, Duration limit) {
        return new Wait(CommandType.WAIT, List.of(replicas), replicas, limit);
    }

    /** {@code WAITAOF}: it is in the append-only file on the primary's disk. For Redis 7.2 or newer, and Valkey. */
    public static Wait forDisk(Duration limit) {
        return new Wait(WAITAOF, List.of(1, 0), 1, limit);
    }

    Duration limit() {
        return limit;
    }

    boolean isMetBy(long copies) {
        return copies >= this.copies;
    }

    RedisFuture<Long> send(RedisAsyncCommands<String, String> redis) {
        CommandArgs<String, String> sent = new CommandArgs<>(StringCodec.UTF8);
        arguments.forEach(sent::add);
        return redis.dispatch(command, new FirstNumber(), sent.add(limit.toMillis()));
    }

    /** WAIT answers with a number, WAITAOF with two: on this Redis's disk, and on those of its replicas. */
    private static final class FirstNumber extends CommandOutput<String, String, @Nullable Long> {

        FirstNumber() {
            super(StringCodec.UTF8, null);
        }

        @Override
        public void set(long number) {
            if (output == null) {
                output = number;
            }
        }
    }
}
