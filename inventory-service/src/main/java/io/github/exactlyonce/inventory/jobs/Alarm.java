package io.github.exactlyonce.inventory.jobs;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.springframework.stereotype.Component;

/**
 * Tells the poller when to look for due work again. Durations only, and the JVM's monotonic clock: no time of day.
 *
 * <p>One thread waits, any thread may set it.
 */
@Component
final class Alarm {

    private static final long NEVER = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long origin = System.nanoTime();
    private long ringsAt = NEVER;

    /** Ends the wait that is under way, or the next one, not later than after so long. */
    void ringIn(Duration delay) {
        lock.lock();
        try {
            ringsAt = Math.min(ringsAt, elapsed() + Math.max(0, delay.toNanos()));
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void ringNow() {
        ringIn(Duration.ZERO);
    }

    /** Waits until it rings, at the most for so long. */
    void await(Duration longest) throws InterruptedException {
        lock.lock();
        try {
            long deadline = elapsed() + longest.toNanos();
            for (long now = elapsed(); now < Math.min(deadline, ringsAt); now = elapsed()) {
                changed.awaitNanos(Math.min(deadline, ringsAt) - now);
            }
            if (elapsed() >= ringsAt) {
                ringsAt = NEVER;
            }
        } finally {
            lock.unlock();
        }
    }

    private long elapsed() {
        return System.nanoTime() - origin;
    }
}
