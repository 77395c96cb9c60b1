package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.Warehouse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Tells a poller when to look for due work again, and in which warehouses: what one that has nothing to do costs does not grow
 * with their number. Durations only, and the JVM's monotonic clock: no time of day.
 *
 * <p>One thread waits, any thread may set it.
 */
final class Alarm {

    private static final long NEVER = Long.MAX_VALUE;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final long origin = System.nanoTime();
    private final Map<Warehouse, Ring> rings = new HashMap<>();
    private final NavigableSet<Ring> inTime = new TreeSet<>(Comparator.comparingLong(Ring::at)
            .thenComparingLong(Ring::number)); // who was set first is first, so that nobody is always the last
    private long numbers;
    private boolean rung;

    /** It is to be looked for work in this warehouse, not later than after so long. */
    void ringIn(Warehouse warehouse, Duration delay) {
        lock.lock();
        try {
            long at = elapsed() + Math.max(0, delay.toNanos());
            Ring earlier = rings.get(warehouse);
            if (earlier == null || at < earlier.at()) {
                forget(warehouse);
                Ring ring = new Ring(at, numbers++, warehouse);
                rings.put(warehouse, ring);
                inTime.add(ring);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the wait that is under way, or the next one, whatever is to be looked at. */
    void ringNow() {
        lock.lock();
        try {
            rung = true;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    void forget(Warehouse warehouse) {
        lock.lock();
        try {
            Ring ring = rings.remove(warehouse);
            if (ring != null) {
                inTime.remove(ring);
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until it rings, at the most for so long.
     *
     * @param most warehouses at a time
     * @return those that are to be looked at now, the longest overdue first; none if only the time is over
     */
    List<Warehouse> await(Duration longest, int most) throws InterruptedException {
        lock.lock();
        try {
            long deadline = elapsed() + longest.toNanos();
            for (long now = elapsed(); !rung && now < Math.min(deadline, next()); now = elapsed()) {
                changed.awaitNanos(Math.min(deadline, next()) - now);
            }
            rung = false;
            List<Warehouse> due = new ArrayList<>();
            for (long now = elapsed(); due.size() < most && next() <= now; ) {
                Warehouse warehouse = inTime.first().warehouse();
                forget(warehouse);
                due.add(warehouse);
            }
            return due;
        } finally {
            lock.unlock();
        }
    }

    /** How long nothing is to be looked at, at the most so long. */
    Duration untilNext(Duration longest) {
        lock.lock();
        try {
            long left = next() == NEVER ? NEVER : Math.max(0, next() - elapsed());
            return left < longest.toNanos() ? Duration.ofNanos(left) : longest;
        } finally {
            lock.unlock();
        }
    }

    private long next() {
        return inTime.isEmpty() ? NEVER : inTime.first().at();
    }

    private long elapsed() {
        return System.nanoTime() - origin;
    }

    private record Ring(long at, long number, Warehouse warehouse) {}
}
