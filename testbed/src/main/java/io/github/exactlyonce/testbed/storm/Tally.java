package io.github.exactlyonce.testbed.storm;

import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;

/** What was observed of each fault. */
final class Tally {

    /**
     * @param times how often it struck
     * @param longest from the beginning of its mending until every order that waited after it was settled, and new
     *     ones accepted
     * @param recovered orders settled by their jobs meanwhile
     * @param repeats requests that clients had to repeat meanwhile
     */
    private record Observed(int times, Duration longest, long recovered, long repeats) {

        static final Observed NOTHING = new Observed(0, Duration.ZERO, 0, 0);

        Observed plus(Observed other) {
            return new Observed(
                    times + other.times,
                    longest.compareTo(other.longest) > 0 ? longest : other.longest,
                    recovered + other.recovered,
                    repeats + other.repeats);
        }
    }

    private final Map<Fault, Observed> observed = new EnumMap<>(Fault.class);
    private final Map<Fault, String> skipped = new EnumMap<>(Fault.class);

    /** Of faults that overlapped, each is given the whole. */
    void add(Round round, Duration settledAfter, long recovered, long repeats) {
        for (Strike strike : round.strikes()) {
            observed.merge(strike.fault(), new Observed(1, settledAfter, recovered, repeats), Observed::plus);
        }
    }

    void skip(Fault fault, String reason) {
        skipped.put(fault, reason);
    }

    @Override
    public String toString() {
        String row = "  %-42s %5s %17s %11s %10s%n";
        StringBuilder table =
                new StringBuilder(row.formatted("fault", "times", "all settled after", "recovered", "repeated"));
        observed.forEach((fault, what) -> table.append(row.formatted(
                fault,
                what.times,
                "%.1f s at most".formatted(what.longest.toMillis() / 1_000.0),
                what.recovered,
                what.repeats)));
        skipped.forEach((fault, reason) -> table.append("  %-42s skipped: %s%n".formatted(fault, reason)));
        return table.toString();
    }
}
