package io.github.exactlyonce.inventory.activity;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Some of the decisions since it was last taken, at the most {@value #SIZE}: those whose orders' ids have the lowest hashes. So all
 * replicas show the same orders without a word between them, and each order that is shown is seen in every lane. The idea is that of
 * coordinated sampling, from K. R. W. Brewer, L. J. Early and S. F. Joyce, Selecting Several Samples from a Single Population
 * (Australian Journal of Statistics, 1972).
 */
final class Sample {

    static final int SIZE = 40;

    private final PriorityQueue<Decision> lowest =
            new PriorityQueue<>(SIZE + 1, Comparator.comparing(Decision::hash).reversed());
    private long seen;

    synchronized void add(Decision decision) {
        seen++;
        if (lowest.size() < SIZE || decision.hash() < lowest.element().hash()) {
            lowest.add(decision);
        }
        if (lowest.size() > SIZE) {
            lowest.remove();
        }
    }

    /** Empties it. */
    synchronized Taken take() {
        List<Decision> decisions = new ArrayList<>(lowest);
        decisions.sort(Comparator.comparing(Decision::hash));
        Taken taken = new Taken(seen, decisions);
        lowest.clear();
        seen = 0;
        return taken;
    }

    /**
     * @param seen how many there were
     * @param decisions lowest hash first, so that who shows fewer shows the same ones again
     */
    record Taken(long seen, List<Decision> decisions) {}

    /**
     * What was done about an order.
     *
     * @param warehouse null stands for {@code main}
     * @param recovered whether its job had come due, because whoever had it did not finish
     * @param ageMs since it was placed; null if unknown
     */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Decision(
            String id,
            @Nullable String warehouse,
            String decision,
            String outcome,
            @JsonInclude(JsonInclude.Include.NON_DEFAULT) boolean recovered,
            @Nullable Long ageMs) {

        /** 32 bits, unsigned. The last steps of Austin Appleby's MurmurHash3, for ids that differ in their last digit alone. */
        long hash() {
            int h = id.hashCode();
            h = (h ^ h >>> 16) * 0x85ebca6b;
            h = (h ^ h >>> 13) * 0xc2b2ae35;
            return Integer.toUnsignedLong(h ^ h >>> 16);
        }
    }
}
