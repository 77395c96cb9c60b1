package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.testbed.system.Topology;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * What can be chosen on Maven's command line.
 *
 * @param seed {@code -Dseed=42}: decides which fault strikes what, when and for how long, and what is ordered
 * @param orders {@code -Dorders=20000}, at the least: they keep coming until the last fault is mended
 * @param faults {@code -Dfaults=60}
 * @param topology {@code -Dtopology=sentinel}
 * @param durability {@code -Ddurability=replica}: an order that a failover takes back all the same is a violation
 */
record StormOptions(long seed, int orders, int faults, Topology topology, Durability durability) {

    private static final int DEFAULT_ORDERS = 5_000;
    private static final int DEFAULT_FAULTS = 24;
    private static final int MAX_ORDERS = 1_000_000;
    private static final int MAX_FAULTS = 1_000;

    /** Short enough to be typed again. */
    private static final int SEEDS = 1_000_000;

    /** @param arguments {@code --<name>=<value>}, as the profile {@code faults} hands them on; no value means the default */
    static StormOptions parse(String... arguments) {
        StormOptions options = new StormOptions(
                ThreadLocalRandom.current().nextInt(SEEDS),
                DEFAULT_ORDERS,
                DEFAULT_FAULTS,
                Topology.STANDALONE,
                Durability.MEMORY);
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            options = options.with(parts[0], parts.length < 2 ? "" : parts[1].strip());
        }
        if (options.durability.outlivesAFailover() && !options.topology.hasFailovers()) {
            throw new StormException("-Ddurability=%s: there is no replica with -Dtopology=%s; choose another topology."
                    .formatted(options.durability, options.topology));
        }
        return options;
    }

    /** The command that repeats this storm. */
    String command() {
        String command = "mvn -Pfaults -Dseed=%d -Dorders=%d -Dfaults=%d -Dtopology=%s"
                .formatted(seed, orders, faults, topology);
        return durability == Durability.MEMORY ? command : command + " -Ddurability=" + durability;
    }

    private StormOptions with(String name, String value) {
        return switch (name) {
            case "--seed" -> value.isEmpty() ? this : withSeed(value);
            case "--orders" ->
                value.isEmpty()
                        ? this
                        : new StormOptions(seed, number("orders", value, MAX_ORDERS), faults, topology, durability);
            case "--faults" ->
                value.isEmpty()
                        ? this
                        : new StormOptions(seed, orders, number("faults", value, MAX_FAULTS), topology, durability);
            case "--topology" ->
                value.isEmpty()
                        ? this
                        : new StormOptions(seed, orders, faults, one(Topology.values(), "topology", value), durability);
            case "--durability" ->
                value.isEmpty()
                        ? this
                        : new StormOptions(
                                seed, orders, faults, topology, one(Durability.values(), "durability", value));
            default ->
                throw new StormException("There is no option " + name
                        + ": choose from --seed, --orders, --faults, --topology and --durability.");
        };
    }

    private StormOptions withSeed(String value) {
        try {
            return new StormOptions(Long.parseLong(value), orders, faults, topology, durability);
        } catch (NumberFormatException e) {
            throw new StormException("-Dseed=%s: must be a whole number.".formatted(value));
        }
    }

    private static int number(String name, String value, int max) {
        try {
            int number = Integer.parseInt(value);
            if (number >= 1 && number <= max) {
                return number;
            }
        } catch (NumberFormatException e) {
            // the sentence below says it
        }
        throw new StormException("-D%s=%s: must be a whole number from 1 to %d.".formatted(name, value, max));
    }

    private static <T> T one(T[] choices, String name, String value) {
        return Arrays.stream(choices)
                .filter(choice -> choice.toString().equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new StormException("-D%s=%s: choose from %s."
                        .formatted(
                                name,
                                value,
                                Arrays.stream(choices).map(Object::toString).collect(Collectors.joining(", ")))));
    }
}
