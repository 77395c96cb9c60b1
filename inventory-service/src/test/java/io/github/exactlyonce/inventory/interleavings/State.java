package io.github.exactlyonce.inventory.interleavings;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The whole system at one moment, and how it came there.
 *
 * @param inFlight commands that were given up by whoever sent them and may still arrive
 * @param faults that may still happen to commands
 * @param expiries locks that may still expire
 * @param before null at the beginning
 * @param choice which of the steps that were possible was taken
 * @param trace that step, for a person
 */
record State(
        RedisImage redis,
        List<Machine> machines,
        List<Command> inFlight,
        int faults,
        int expiries,
        @Nullable State before,
        int choice,
        String trace) {

    /** Steps since the beginning. */
    int depth() {
        return before == null ? 0 : before.depth() + 1;
    }

    State with(int index, Machine machine) {
        List<Machine> others = new ArrayList<>(machines);
        others.set(index, machine);
        return new State(redis, others, inFlight, faults, expiries, before, choice, trace);
    }

    State withRedis(RedisImage image) {
        return new State(image, machines, inFlight, faults, expiries, before, choice, trace);
    }

    State afterFault() {
        return new State(redis, machines, inFlight, faults - 1, expiries, before, choice, trace);
    }

    State afterExpiry() {
        return new State(redis, machines, inFlight, faults, expiries - 1, before, choice, trace);
    }

    State withInFlight(List<Command> commands) {
        return new State(redis, machines, commands, faults, expiries, before, choice, trace);
    }

    State after(State previous, int taken, String line) {
        return new State(redis, machines, inFlight, faults, expiries, previous, taken, line);
    }
}
