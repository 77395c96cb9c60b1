package io.github.exactlyonce.inventory.interleavings;

import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Something that can happen next, and happens at once.
 *
 * @param event what happens in Redis; null if nothing does
 * @param leadsTo the state afterwards, but for Redis, which is as the event left it
 * @param line for a person
 */
record Step(@Nullable Event event, Function<Answer, State> leadsTo, Function<Answer, String> line) {

    /** What an answer is to a step that has none. */
    static final Answer NO_ANSWER = new Answer(null, null);

    /** One command arrives, or a lock expires. */
    sealed interface Event {}

    /** @param hidden jobs that are not due yet */
    record Arrival(Command command, Set<String> hidden) implements Event {}

    record Expiry(String lock) implements Event {}

    /** @param redis afterwards */
    record Outcome(Answer answer, RedisImage redis) {}
}
