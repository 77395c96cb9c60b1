package io.github.exactlyonce.testbed.load;

import java.util.Set;

/**
 * What clients did to cancel orders.
 *
 * @param asked ids of orders of which they asked it at all
 * @param promised ids of those that they were told are cancelled, or are being so
 * @param refused ids of those that they were told cannot be, since they were rejected or are unknown
 */
public record Cancellations(Set<String> asked, Set<String> promised, Set<String> refused) {

    /** Nobody has cancelled anything. */
    public static final Cancellations NONE = new Cancellations(Set.of(), Set.of(), Set.of());
}
