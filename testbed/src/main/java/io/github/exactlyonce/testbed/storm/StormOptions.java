package io.github.exactlyonce.testbed.storm;

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
 */
record StormOptions(long seed, int orders, int faults, Topology topology) {

    private static final int DEFAULT_ORDERS = 5_000;
    private static final int DEFAULT_FAULTS = 24;
    private static final int MAX_ORDERS = 1_000_000;
    private static final int MAX_FAULTS = 1_000;

    /** Short enough to be typed again. */
    private static final int SEEDS = 1_000_000;

    /** @param arguments {@code --<name>=<value>}, as the profile {@code faults} hands them on; no value means the default */
    static StormOptions parse(String... arguments) {
        StormOptions options = new StormOptions(
                ThreadLocalRandom.current().nextInt(SEEDS), DEFAULT_ORDERS, DEFAULT_FAULTS, Topology.STANDALONE);
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            options = options.with(parts[0], parts.length < 2 ? "" : parts[1].strip());
        }
        return options;
    }

    /** The command that repeats this storm. */
    String command() {
        return "mvn -Pfaults -Dseed=%d -Dorders=%d -Dfaults=%d -Dtopology=%s".formatted(seed, orders, faults, topology);
    }

    private StormOptions with(String name, String value) {
        return switch (name) {
            case "--seed" -> value.isEmpty() ? this : withSeed(value);
            case "--orders" ->
                value.isEmpty() ? this : new StormOptions(seed, number("orders", value, MAX_ORDERS), faults, topology);
            case "--faults" ->
                value.isEmpty() ? this : new StormOptions(seed, orders, number("faults", value, MAX_FAULTS), topology);
            case "--topology" -> value.isEmpty() ? this : new StormOptions(seed, orders, faults, topology(value));
            default ->
                throw new StormException(
                        "There is no option " + name + ": choose from --seed, --orders, --faults and --topology.");
        };
    }

    private StormOptions withSeed(String value) {
        try {
            return new StormOptions(Long.parseLong(value), orders, faults, topology);
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

    private static Topology topology(String value) {
        return Arrays.stream(Topology.values())
                .filter(topology -> topology.toString().equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new StormException("-Dtopology=%s: choose from %s."
                        .formatted(
                                value,
                                Arrays.stream(Topology.values())
                                        .map(Topology::toString)
                                        .collect(Collectors.joining(", ")))));
    }
}
