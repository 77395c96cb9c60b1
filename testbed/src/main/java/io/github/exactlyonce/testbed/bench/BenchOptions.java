package io.github.exactlyonce.testbed.bench;

import java.time.Duration;
import java.util.Locale;

/**
 * What can be chosen on Maven's command line.
 *
 * @param scope {@code -Dbench=full}
 * @param rounds {@code -Drounds=5}: how often each contender's turn comes
 * @param orders {@code -Dorders=20000}: in each turn, at most
 */
record BenchOptions(Scope scope, int rounds, int orders) {

    private static final int MAX_ROUNDS = 100;
    private static final int MIN_ORDERS = 100;

    /** With warm-up and rounds, what the Redis of each contender holds stays within some gigabytes. */
    private static final int MAX_ORDERS = 100_000;

    /** @param arguments {@code --<name>=<value>}, as the profile {@code bench} hands them on; no value means the default */
    static BenchOptions parse(String... arguments) {
        Scope scope = Scope.QUICK;
        int rounds = 0;
        int orders = 0;
        for (String argument : arguments) {
            String[] parts = argument.split("=", 2);
            String value = parts.length < 2 ? "" : parts[1].strip();
            switch (parts[0]) {
                case "--bench" -> scope = value.isEmpty() ? scope : scope(value);
                case "--rounds" -> rounds = value.isEmpty() ? rounds : number("rounds", value, 1, MAX_ROUNDS);
                case "--orders" -> orders = value.isEmpty() ? orders : number("orders", value, MIN_ORDERS, MAX_ORDERS);
                default ->
                    throw new BenchException(
                            "There is no option " + parts[0] + ": choose from --bench, --rounds and --orders.");
            }
        }
        return new BenchOptions(scope, rounds == 0 ? scope.rounds : rounds, orders == 0 ? scope.orders : orders);
    }

    /** The command that does this again. */
    String command() {
        return "mvn -Pbench -Dbench=%s -Drounds=%d -Dorders=%d".formatted(scope, rounds, orders);
    }

    private static Scope scope(String value) {
        try {
            return Scope.valueOf(value.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new BenchException("-Dbench=%s: choose from quick and full.".formatted(value));
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
        throw new BenchException("-D%s=%s: must be a whole number from %d to %d.".formatted(name, value, min, max));
    }

    /** How much time there is. */
    enum Scope {
        QUICK(5, 20_000, Duration.ofSeconds(5)),
        FULL(11, 100_000, Duration.ofSeconds(20));

        private final int rounds;
        private final int orders;
        private final Duration turn;

        Scope(int rounds, int orders, Duration turn) {
            this.rounds = rounds;
            this.orders = orders;
            this.turn = turn;
        }

        /** Whoever is slow gets fewer orders: no more are sent after so long. */
        Duration turn() {
            return turn;
        }

        /** As it is chosen. */
        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }
}
