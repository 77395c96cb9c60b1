package io.github.exactlyonce.inventory.deadletters;

import io.github.exactlyonce.contracts.redis.Pipeline;

/** How the dead letters of one source are put back to be tried again. The feature that knows their work provides it. */
public interface Replay {

    /** The field {@code source} of these letters. */
    String source();

    /**
     * Puts the work back, with its attempts starting at 0, and removes the letter. Whoever is second finds the letter gone,
     * or finds the work put back already; it is never done twice because of that.
     *
     * @throws org.springframework.dao.DataAccessException if Redis does not answer, or refuses. It is not known then whether
     *     it happened, and repeating it is safe
     */
    Result replay(Pipeline pipeline, DeadLetter letter);

    /**
     * What became of it.
     *
     * @param reason why the letter was kept, for a person; empty otherwise
     */
    record Result(Kind kind, String reason) {

        /** What became of the letter. */
        public enum Kind {
            /** The work is put back, and the letter is gone. */
            REPLAYED,
            /** It was gone before: somebody else replayed or dropped it, or it was trimmed. */
            GONE,
            /** It cannot be replayed. */
            KEPT
        }

        /** @param removed whether it was this call that removed the letter */
        public static Result of(boolean removed) {
            return new Result(removed ? Kind.REPLAYED : Kind.GONE, "");
        }

        public static Result kept(String reason) {
            return new Result(Kind.KEPT, reason);
        }
    }
}
