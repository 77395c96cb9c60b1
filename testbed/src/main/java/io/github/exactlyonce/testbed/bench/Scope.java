package io.github.exactlyonce.testbed.bench;

import java.time.Duration;
import java.util.Locale;

/** How much time there is. */
public enum Scope {
    QUICK(3, 15_000, Duration.ofSeconds(2), Duration.ofSeconds(8), Duration.ofSeconds(20)),
    FULL(11, 100_000, Duration.ofSeconds(20), Duration.ofSeconds(30), Duration.ofSeconds(75));

    private final int rounds;
    private final int orders;
    private final Duration turn;
    private final Duration warmUpAtLeast;
    private final Duration warmUpAtMost;

    Scope(int rounds, int orders, Duration turn, Duration warmUpAtLeast, Duration warmUpAtMost) {
        this.rounds = rounds;
        this.orders = orders;
        this.turn = turn;
        this.warmUpAtLeast = warmUpAtLeast;
        this.warmUpAtMost = warmUpAtMost;
    }

    /** How often each turn comes. */
    public int rounds() {
        return rounds;
    }

    int orders() {
        return orders;
    }

    /** How long a turn takes; where orders are counted, whoever is slow gets fewer: no more are sent after so long. */
    public Duration turn() {
        return turn;
    }

    WarmUp warmUp() {
        return new WarmUp(warmUpAtLeast, warmUpAtMost);
    }

    /** Twice as long, where four times as many JVMs share the processors. */
    WarmUp warmUpOfMany() {
        return new WarmUp(warmUpAtLeast.multipliedBy(2), warmUpAtMost.multipliedBy(2));
    }

    /** As it is chosen. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
