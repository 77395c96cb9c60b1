package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.contracts.redis.RedisProcess;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of Redis that answers. Its {@link RedisHost} says so in its log, in the words of {@link #toString}. */
record Started(String name, int port, long pid) {

    private static final Pattern LINE = Pattern.compile("(\\S+) on port (\\d+), pid (\\d+)");

    static Started of(String name, RedisProcess process) {
        return new Started(name, process.port(), process.pid());
    }

    static Optional<Started> in(String line) {
        Matcher said = LINE.matcher(line);
        return said.matches()
                ? Optional.of(
                        new Started(said.group(1), Integer.parseInt(said.group(2)), Long.parseLong(said.group(3))))
                : Optional.empty();
    }

    /** For a person. */
    String place() {
        return "port %d (pid %d)".formatted(port, pid);
    }

    @Override
    public String toString() {
        return "%s on port %d, pid %d".formatted(name, port, pid);
    }
}
