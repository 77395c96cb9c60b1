package io.github.exactlyonce.testbed.scaling;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * What can be chosen on Maven's command line.
 *
 * @param parts {@code -Dpart=costs}: one of them instead of all
 * @param seed {@code -Dseed=42}: decides what is ordered, and whose shard and slot are struck
 * @param rate {@code -Drate=200}: orders per second
 * @param rounds {@code -Drounds=3}: how often each figure of the costs is taken
 * @param orders {@code -Dorders=50000}: of the proof
 */
record ScalingOptions(List<Part> parts, long seed, int rate, int rounds, int orders) {

    private static final List<Part> ALL = List.of(Part.values());
    private static final int DEFAULT_RATE = 200;
    private static final int DEFAULT_ROUNDS = 3;
    private static final int DEFAULT_ORDERS = 50_000;
    private static final int MAX_RATE = 100_000;
    private static final int MAX_ROUNDS = 100;

    /** Enough to go on through all that happens meanwhile. */
    private static final int MIN_ORDERS = 1_000;

    private static final int MAX_ORDERS = 1_000_000;

    /** Short enough to be typed again. */
    private static final int SEEDS = 1_000_000;

    /** @param arguments {@code --<name>=<value>}, as the profile {@code scaling} hands them on; no value means the default */
    static ScalingOptions parse(String... arguments) {
        ScalingOptions options = new ScalingOptions(
                ALL, ThreadLocalRandom.current().nextInt(SEEDS), DEFAULT_RATE, DEFAULT_ROUNDS, DEFAULT_ORDERS);
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            String value = parts.length < 2 ? "" : parts[1].strip();
            options = options.with(parts[0], value);
        }
        return options;
    }

    /** The command that does this part again. */
    String command(Part part) {
        return "mvn -Pscaling -Dpart=%s -Dseed=%d -Drate=%d -Drounds=%d -Dorders=%d"
                .formatted(part, seed, rate, rounds, orders);
    }

    private ScalingOptions with(String name, String value) {
        return switch (name) {
            case "--part" -> value.isEmpty() ? this : new ScalingOptions(parts(value), seed, rate, rounds, orders);
            case "--seed" -> value.isEmpty() ? this : new ScalingOptions(parts, seed(value), rate, rounds, orders);
            case "--rate" ->
                value.isEmpty()
                        ? this
                        : new ScalingOptions(parts, seed, number("rate", value, 1, MAX_RATE), rounds, orders);
            case "--rounds" ->
                value.isEmpty()
                        ? this
                        : new ScalingOptions(parts, seed, rate, number("rounds", value, 1, MAX_ROUNDS), orders);
            case "--orders" ->
                value.isEmpty()
                        ? this
                        : new ScalingOptions(
                                parts, seed, rate, rounds, number("orders", value, MIN_ORDERS, MAX_ORDERS));
            default ->
                throw new ScalingException(
                        "There is no option " + name + ": choose from --part, --seed, --rate, --rounds and --orders.");
        };
    }

    private static List<Part> parts(String value) {
        return Arrays.stream(Part.values())
                .filter(part -> part.toString().equals(value.toLowerCase(Locale.ROOT)))
                .findFirst()
                .map(List::of)
                .orElseThrow(() -> new ScalingException("-Dpart=%s: choose from %s; without it, all are done."
                        .formatted(value, ALL.stream().map(Part::toString).collect(Collectors.joining(", ")))));
    }

    private static long seed(String value) {
        try {
            return Long.parseLong(value);
        } catch (NumberFormatException e) {
            throw new ScalingException("-Dseed=%s: must be a whole number.".formatted(value));
        }
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
        throw new ScalingException("-D%s=%s: must be a whole number from %d to %d.".formatted(name, value, min, max));
    }
}
