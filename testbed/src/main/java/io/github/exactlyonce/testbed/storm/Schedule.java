package io.github.exactlyonce.testbed.storm;

import io.github.exactlyonce.testbed.storm.Fault.Domain;
import io.github.exactlyonce.testbed.system.Topology;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Random;

/** Which fault strikes what, in which order, for how long: decided by the seed alone, so that it can be repeated. */
record Schedule(List<Round> rounds) {

    private static final int MAX_MORE_MILLIS = 3_000;
    private static final int MAX_PEACE_MILLIS = 2_000;

    /** One round in so many has two faults, where there is a fitting one. */
    private static final int ROUNDS_PER_PAIR = 3;

    /** Each fault of the topology comes once before any comes again. */
    static Schedule of(long seed, int faults, Topology topology) {
        Random random = new Random(seed);
        Deque<Strike> strikes = new ArrayDeque<>();
        while (strikes.size() < faults) {
            List<Fault> deck = new ArrayList<>(Arrays.asList(Fault.values()));
            deck.removeIf(fault -> !fault.strikes(topology));
            Collections.shuffle(deck, random);
            deck.stream().limit(faults - strikes.size()).forEach(fault -> strikes.add(strike(fault, random)));
        }
        List<Round> rounds = new ArrayList<>();
        while (!strikes.isEmpty()) {
            List<Strike> together = new ArrayList<>(List.of(strikes.pop()));
            if (random.nextInt(ROUNDS_PER_PAIR) == 0
                    && !strikes.isEmpty()
                    && canOverlap(together.get(0), strikes.peek())) {
                together.add(strikes.pop());
            }
            together.sort(Comparator.comparing(Schedule::place));
            rounds.add(new Round(List.copyOf(together), Duration.ofMillis(random.nextInt(MAX_PEACE_MILLIS))));
        }
        return new Schedule(List.copyOf(rounds));
    }

    private static Strike strike(Fault fault, Random random) {
        int target = 1 + random.nextInt(Scene.REPLICAS);
        return new Strike(fault, target, fault.atLeast().plusMillis(random.nextInt(MAX_MORE_MILLIS)));
    }

    /** Two faults of one domain would undo each other. */
    private static boolean canOverlap(Strike a, Strike b) {
        return a.fault().domain() != b.fault().domain();
    }

    /**
     * What waits for processes to start comes first, so that it prolongs no other fault. A fault of Redis comes last and is
     * mended first: others need Redis to strike and to be mended.
     */
    private static int place(Strike strike) {
        if (strike.fault().startsProcesses()) {
            return 0;
        }
        return strike.fault().domain() == Domain.REDIS ? 2 : 1;
    }
}
