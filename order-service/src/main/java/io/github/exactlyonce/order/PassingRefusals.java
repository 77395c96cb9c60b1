package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.redis.Reply;
import io.lettuce.core.cluster.PartitionSelectorException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.LongFunction;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;

/**
 * Waits while Redis refuses what it would take a moment later: in a cluster whose slots are being moved, during a failover,
 * while a node loads its file. Nothing has happened then, so it is tried again, after a pause that grows.
 */
final class PassingRefusals {

    private static final long FIRST_PAUSE = TimeUnit.MILLISECONDS.toNanos(10);
    private static final long LONGEST_PAUSE = TimeUnit.MILLISECONDS.toNanos(200);

    private PassingRefusals() {}

    /**
     * @param limit after which nothing is tried any more; how long the last try takes is its own affair
     * @param attempt is given the end of that limit, by {@link System#nanoTime()}
     * @throws DataAccessException the last refusal, or what failed otherwise, which is not tried again
     */
    static <T> T waitOut(Duration limit, LongFunction<T> attempt) {
        long deadline = System.nanoTime() + limit.toNanos();
        long pause = FIRST_PAUSE;
        while (true) {
            try {
                return attempt.apply(deadline);
            } catch (DataAccessException e) {
                if (!passes(e) || System.nanoTime() + pause - deadline >= 0) {
                    throw e;
                }
                sleep(pause, e);
                pause = Math.min(2 * pause, LONGEST_PAUSE);
            }
        }
    }

    /** Redis says so, or names another node, or Lettuce knows of none that holds the slot and has asked nobody. */
    private static boolean passes(DataAccessException e) {
        return Reply.isRefusedForNow(e)
                || Reply.isElsewhere(e)
                || NestedExceptionUtils.getMostSpecificCause(e) instanceof PartitionSelectorException;
    }

    private static void sleep(long nanos, DataAccessException refusal) {
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw refusal;
        }
    }
}
