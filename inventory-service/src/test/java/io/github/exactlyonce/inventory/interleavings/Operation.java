package io.github.exactlyonce.inventory.interleavings;

import io.github.exactlyonce.contracts.redis.Pipeline;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Something that a process does from beginning to end on one thread, such as working on one message.
 *
 * @param label what it is, for a person; operations of one label are interchangeable
 * @param mayBegin whether there is reason to begin it
 */
record Operation(String label, Predicate<RedisImage> mayBegin, Consumer<Pipeline> work) {

    void run(Pipeline pipeline) {
        work.accept(pipeline);
    }

    @Override
    public String toString() {
        return label;
    }
}
