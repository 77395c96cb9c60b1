package io.github.exactlyonce.testbed.bench;

import java.time.Duration;
import java.util.List;
import java.util.Locale;

/** How much time there is. */
public enum Scope {
    QUICK(3, 15_000, Duration.ofSeconds(2), Duration.ofSeconds(8), Duration.ofSeconds(20)),
    FULL(5, 40_000, Duration.ofSeconds(8), Duration.ofSeconds(30), Duration.ofSeconds(60));

    /** Of the quick run, which is to take little more than ten minutes. */
    private static final List<Part> QUICK_PARTS =
            List.of(Part.CONSUMING, Part.ITEMS, Part.HTTP, Part.LATENCY, Part.DURABILITY, Part.COST);

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

    /** What is done if nobody says which. */
    List<Part> parts() {
        return this == QUICK ? QUICK_PARTS : List.of(Part.values());
    }

    /** The compilers of four JVMs share the processors with the requests, and need longer than the rate of some lots shows. */
    WarmUp warmUpOverHttp() {
        return new WarmUp(Duration.ofSeconds(120), Duration.ofSeconds(180));
    }

    /** Half as long, where one JVM has them alone. */
    WarmUp warmUpAlone() {
        return new WarmUp(Duration.ofSeconds(60), Duration.ofSeconds(120));
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
