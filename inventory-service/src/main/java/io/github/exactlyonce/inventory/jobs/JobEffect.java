package io.github.exactlyonce.inventory.jobs;

import java.util.List;

/**
 * What is to happen in the step that ends a job.
 *
 * @param keys of the effect, beyond those that all share, in the slot of {@code jobs:{main}}
 * @param arguments of the effect, beyond those that all share and the owner token
 */
public record JobEffect(Claim claim, List<String> keys, List<String> arguments) {

    boolean isOfTheFormOf(JobEffect other) {
        return keys.size() == other.keys.size() && arguments.size() == other.arguments.size();
    }
}
