package io.github.exactlyonce.testbed.storm;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Faults that overlap: the second begins in the middle of the first. Then everything is mended, and what was left behind has
 * to be settled before the next round.
 *
 * @param peace before the next round
 */
record Round(List<Strike> strikes, Duration peace) {

    @Override
    public String toString() {
        return strikes.stream().map(Strike::toString).collect(Collectors.joining(" + "));
    }

    String plan() {
        return strikes.stream()
                        .map(strike -> "%s for %.1f s".formatted(strike, seconds(strike.duration())))
                        .collect(Collectors.joining(", in its middle "))
                + ", then %.1f s of peace".formatted(seconds(peace));
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1_000.0;
    }
}
