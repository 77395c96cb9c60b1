package io.github.exactlyonce.testbed.bench;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;

/** Who comes first: in each round somebody else, so that what one leaves behind is not always the same other one's bad luck. */
public final class Rotation {

    private Rotation() {}

    /** All of them, in a circle. @param round from 1, in which they come as they are */
    public static <T> List<T> of(Collection<T> all, int round) {
        List<T> rotated = new ArrayList<>(all);
        Collections.rotate(rotated, 1 - round);
        return rotated;
    }
}
