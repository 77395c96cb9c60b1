package io.github.exactlyonce.inventory.interleavings;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A small system, and how much may go wrong in it.
 *
 * @param hashes that Redis holds at the beginning
 * @param jobs that are due at the beginning
 * @param faults that may happen to commands in one schedule: an answer lost, a command given up, scripts lost
 * @param expiries locks that may expire in one schedule
 * @param healer a replica without faults that does what is left, when all others have died; null if the protocol has none
 * @param isEnd whether it is to be checked what becomes of a state if everybody dies in it
 */
record Scenario(
        Map<String, Map<String, String>> hashes,
        List<String> jobs,
        List<Machine> machines,
        int faults,
        int expiries,
        @Nullable Machine healer,
        Predicate<State> isEnd,
        Invariants invariants) {

    State beginning(RedisUnderTest redis) {
        return new State(redis.begin(hashes, jobs), machines, List.of(), faults, expiries, null, 0, "");
    }

    Scenario with(int faults, int expiries) {
        return new Scenario(hashes, jobs, machines, faults, expiries, healer, isEnd, invariants);
    }
}
