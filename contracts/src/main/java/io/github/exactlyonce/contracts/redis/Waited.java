package io.github.exactlyonce.contracts.redis;

/**
 * What became of one command that was followed by a {@link Wait}.
 *
 * @param answer its own
 * @param kept whether there are enough copies of what it wrote; a failure means that nobody knows
 */
public record Waited<T>(Reply<T> answer, Reply<Boolean> kept) {

    public boolean isKept() {
        return !answer.isFailure() && !kept.isFailure() && kept.get();
    }
}
