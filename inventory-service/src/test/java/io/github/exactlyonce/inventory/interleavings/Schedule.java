package io.github.exactlyonce.inventory.interleavings;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;

/** Which of the possible steps was taken, each time: {@code 0.3.1}. It replays what it stands for. */
record Schedule(List<Integer> choices) {

    static Schedule to(State state) {
        List<Integer> choices = new ArrayList<>();
        for (State at = state; at.before() != null; at = at.before()) {
            choices.add(at.choice());
        }
        Collections.reverse(choices);
        return new Schedule(choices);
    }

    static Schedule parse(String text) {
        return new Schedule(
                text.isEmpty()
                        ? List.of()
                        : Arrays.stream(text.split("\\.")).map(Integer::valueOf).toList());
    }

    @Override
    public String toString() {
        return choices.stream().map(String::valueOf).collect(Collectors.joining("."));
    }
}
