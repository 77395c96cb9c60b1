package io.github.exactlyonce.testbed.bench;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What can be chosen on Maven's command line.
 *
 * @param scope {@code -Dbench=full}
 * @param parts {@code -Dpart=http,latency}: these, instead of those that belong to the scope
 * @param rounds {@code -Drounds=5}: how often each turn comes
 * @param orders {@code -Dorders=20000}: in each turn of the consuming side, at most
 */
record BenchOptions(Scope scope, List<Part> parts, int rounds, int orders) {

    private static final List<Part> ALL = List.of(Part.values());
    private static final int MAX_ROUNDS = 100;
    private static final int MIN_ORDERS = 100;

    /** With warm-up and rounds, what the Redis of each contender holds stays within some gigabytes. */
    private static final int MAX_ORDERS = 100_000;

    /** @param arguments {@code --<name>=<value>}, as the profile {@code bench} hands them on; no value means the default */
    static BenchOptions parse(String... arguments) {
        Scope scope = Scope.QUICK;
        List<Part> parts = List.of();
        int rounds = 0;
        int orders = 0;
        for (String argument : arguments) {
            String[] sides = argument.split("=", 2);
            String value = sides.length < 2 ? "" : sides[1].strip();
            switch (sides[0]) {
                case "--bench" -> scope = value.isEmpty() ? scope : scope(value);
                case "--part" -> parts = value.isEmpty() ? parts : parts(value);
                case "--rounds" -> rounds = value.isEmpty() ? rounds : number("rounds", value, 1, MAX_ROUNDS);
                case "--orders" -> orders = value.isEmpty() ? orders : number("orders", value, MIN_ORDERS, MAX_ORDERS);
                default ->
                    throw new BenchException(
                            "There is no option " + sides[0] + ": choose from --bench, --part, --rounds and --orders.");
            }
        }
        return new BenchOptions(
                scope,
                parts.isEmpty() ? scope.parts() : parts,
                rounds == 0 ? scope.rounds() : rounds,
                orders == 0 ? scope.orders() : orders);
    }

    /** The command that does all of this again. */
    String command() {
        return "mvn -Pbench -Dbench=%s -Drounds=%d -Dorders=%d".formatted(scope, rounds, orders)
                + (parts.equals(scope.parts()) ? "" : " -Dpart=" + names(parts));
    }

    /** The command that does this part again. */
    String command(Part part) {
        return new BenchOptions(scope, List.of(part), rounds, orders).command();
    }

    private static Scope scope(String value) {
        try {
            return Scope.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new BenchException("-Dbench=%s: choose from quick and full.".formatted(value));
        }
    }

    /** In their own order, in which they can share what is running. */
    private static List<Part> parts(String value) {
        EnumSet<Part> parts = EnumSet.noneOf(Part.class);
        for (String name : value.toLowerCase(Locale.ROOT).split(",", -1)) {
            parts.add(ALL.stream()
                    .filter(part -> part.toString().equals(name.strip()))
                    .findFirst()
                    .orElseThrow(() -> new BenchException("-Dpart=%s: choose from %s.".formatted(value, names(ALL)))));
        }
        return List.copyOf(parts);
    }

    private static String names(List<Part> parts) {
        return parts.stream().map(Part::toString).collect(Collectors.joining(","));
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
        throw new BenchException("-D%s=%s: must be a whole number from %d to %d.".formatted(name, value, min, max));
    }
}
