package io.github.exactlyonce.testbed.run;

import io.github.exactlyonce.testbed.system.Topology;
import io.lettuce.core.RedisURI;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * What can be chosen on Maven's command line.
 *
 * @param replicas {@code -Dreplicas=5}
 * @param port {@code -Dport=4001}: of the order service; the replicas follow
 * @param topology {@code -Dtopology=cluster}: of a Redis of our own
 * @param redis {@code -Dredis.url=redis://user:password@host:6379}: a Redis that is there; {@code rediss} = TLS
 */
record RunOptions(int replicas, int port, Topology topology, Optional<RedisURI> redis) {

    static final int MAX_REPLICAS = 50;

    private static final int DEFAULT_REPLICAS = 3;
    private static final int DEFAULT_PORT = 3001;
    private static final int LARGEST_PORT = 65_535;

    /** Lettuce also takes Sentinels, sockets and, if need be, a host named "example.org:port". */
    private static final Pattern REDIS_URL =
            Pattern.compile("rediss?://([^@/]*@)?(\\[[0-9a-fA-F:]+]|[^:/@\\[\\]\\s]+)(:\\d{1,5})?(/\\d*)?");

    /** @param arguments {@code --<name>=<value>}, as the profile {@code run} hands them on */
    static RunOptions parse(String... arguments) {
        RunOptions options = new RunOptions(DEFAULT_REPLICAS, DEFAULT_PORT, Topology.STANDALONE, Optional.empty());
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            options = options.with(parts[0], parts.length < 2 ? "" : parts[1].strip());
        }
        if (options.redis.isPresent() && options.topology != Topology.STANDALONE) {
            throw new RunException(
                    "-Dredis.url names one Redis that is there, and -Dtopology=%s starts others: choose one of both."
                            .formatted(options.topology));
        }
        return options;
    }

    List<Integer> replicaPorts() {
        return IntStream.rangeClosed(port + 1, port + replicas).boxed().toList();
    }

    private RunOptions with(String name, String value) {
        return switch (name) {
            case "--replicas" -> new RunOptions(number("replicas", value, 1, MAX_REPLICAS), port, topology, redis);
            case "--port" ->
                new RunOptions(replicas, number("port", value, 1, LARGEST_PORT - MAX_REPLICAS), topology, redis);
            case "--topology" -> value.isEmpty() ? this : new RunOptions(replicas, port, topology(value), redis);
            case "--redis.url" ->
                new RunOptions(
                        replicas, port, topology, value.isEmpty() ? Optional.empty() : Optional.of(redisUrl(value)));
            default ->
                throw new RunException(
                        "There is no option " + name + ": choose from --replicas, --port, --topology and --redis.url.");
        };
    }

    private static int number(String name, String value, int min, int max) {
        try {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // the sentence below says it
        }
        throw new RunException("-D%s=%s: must be a whole number from %d to %d.".formatted(name, value, min, max));
    }

    private static Topology topology(String value) {
        return Arrays.stream(Topology.values())
                .filter(topology -> topology.toString().equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new RunException("-Dtopology=%s: choose from %s."
                        .formatted(
                                value,
                                Arrays.stream(Topology.values())
                                        .map(Topology::toString)
                                        .collect(Collectors.joining(", ")))));
    }

    /** Does not repeat the URL in its error: there may be a password in it. */
    private static RedisURI redisUrl(String value) {
        try {
            if (REDIS_URL.matcher(value).matches()) {
                return RedisURI.create(value);
            }
        } catch (IllegalArgumentException e) {
            // the sentence below says it
        }
        throw new RunException(
                "-Dredis.url must look like redis://host:6379, redis://:password@host:6379 or rediss://host:6380 (TLS).");
    }
}
