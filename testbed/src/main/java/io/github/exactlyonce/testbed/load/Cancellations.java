package io.github.exactlyonce.testbed.load;

import java.util.Set;

/**
 * What clients did to cancel orders.
 *
 * @param asked ids of orders of which they asked it at all
 * @param promised ids of those that they were told are cancelled, or are being so
 */
public record Cancellations(Set<String> asked, Set<String> promised) {

    /** Nobody has cancelled anything. */
    public static final Cancellations NONE = new Cancellations(Set.of(), Set.of());
}
