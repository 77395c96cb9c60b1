package io.github.exactlyonce.inventory.interleavings;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * A schedule after which an invariant does not hold.
 *
 * @param state at its end
 * @param afterwards what happened when all had died, one line a step; empty if a step of the schedule itself broke it
 * @param broken in words
 */
record Violation(State state, List<String> afterwards, List<String> broken) {

    /** Steps of the schedule, without what came afterwards. */
    int length() {
        return state.depth();
    }

    /** For a person: one step a line, and at last what is wrong. */
    String trace() {
        List<String> lines = new ArrayList<>();
        for (State at = state; at.before() != null; at = at.before()) {
            lines.add(at.depth() + "  " + at.trace());
        }
        Collections.reverse(lines);
        afterwards.forEach(line -> lines.add("   " + line));
        broken.forEach(line -> lines.add("=> " + line));
        return String.join(System.lineSeparator(), lines);
    }
}
