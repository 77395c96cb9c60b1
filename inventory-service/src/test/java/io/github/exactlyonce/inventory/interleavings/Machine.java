package io.github.exactlyonce.inventory.interleavings;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One thread of one process, as a state machine: what it may still begin, and how far it has come with what it has begun.
 * Immutable.
 *
 * @param replica which replica it belongs to, from 0; -1 if it is a client
 * @param role told apart in owner tokens: {@code m} works on messages, {@code p} polls
 * @param left what it may still begin, in any order
 * @param begun operations so far
 * @param running null if it is idle
 * @param answers that it has heard since it began
 * @param next the command that it waits for; null if it is idle
 */
record Machine(
        String name,
        int replica,
        String role,
        ReplicaBeans beans,
        List<Operation> left,
        int begun,
        @Nullable Operation running,
        List<Answer> answers,
        @Nullable Command next) {

    static Machine idle(String name, int replica, String role, ReplicaBeans beans, List<Operation> left) {
        return new Machine(name, replica, role, beans, left, 0, null, List.of(), null);
    }

    /** What the owner tokens of its current operation begin with. */
    String tokens() {
        return beans.name() + "/" + role + begun + ".";
    }

    Machine begin(Operation operation) {
        List<Operation> others = new ArrayList<>(left);
        others.remove(operation);
        return new Machine(name, replica, role, beans, others, begun + 1, operation, List.of(), null).rehearsed();
    }

    Machine hear(Answer answer) {
        List<Answer> heard = new ArrayList<>(answers);
        heard.add(answer);
        return new Machine(name, replica, role, beans, left, begun, running, heard, null).rehearsed();
    }

    private Machine rehearsed() {
        Command command = beans.rehearse(running, tokens(), answers);
        return command == null
                ? new Machine(name, replica, role, beans, left, begun, null, List.of(), null)
                : new Machine(name, replica, role, beans, left, begun, running, answers, command);
    }
}
