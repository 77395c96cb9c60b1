package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.inventory.audit.Ledger.Entry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Suspects effects of having happened twice. This process remembers the fingerprints of the ledger's entries: it reads the
 * ledger once, newest first, and then what is added. If the last entry that it read is gone, as after a failover of Redis that
 * took entries back, it forgets them and begins again.
 *
 * <p>Reads {@code ledger:{main}}. For one thread at a time.
 */
final class RepeatedEffects {

    private static final int MOST_SUSPECTS = 1000;

    private final Warehouse warehouse;
    private final Ledger ledger;
    private final Fingerprints fingerprints;
    private final long most;
    private final Set<String> suspects = new LinkedHashSet<>();
    /** Entries that were read before the last beginning count no more. */
    private int beginnings;

    private @Nullable Entry newest;
    /** Where reading back has got to; null when it is done. */
    private @Nullable String readBackTo;

    private int readBack;

    /** @param most entries that are read back at first */
    RepeatedEffects(Warehouse warehouse, Ledger ledger, Fingerprints fingerprints, long most) {
        this.warehouse = warehouse;
        this.ledger = ledger;
        this.fingerprints = fingerprints;
        this.most = most;
    }

    /** What may have happened more than once, and was not {@link #cleared} yet. */
    Set<String> suspects() {
        return Set.copyOf(suspects);
    }

    /** These have been looked at. */
    void cleared(Set<String> effects) {
        suspects.removeAll(effects);
    }

    /** @return whether there was time to read all */
    boolean readOn(Pipeline pipeline, Deadline deadline) {
        if (newest != null && !ledger.still(pipeline, List.of(newest.at())).equals(List.of(newest))) {
            begin();
        }
        if (newest == null) {
            List<Entry> last = ledger.before(pipeline, null);
            if (last.isEmpty()) {
                return true;
            }
            last.forEach(this::note);
            newest = last.get(0);
            readBackTo = last.get(last.size() - 1).at();
            readBack = last.size();
        }
        return readForward(pipeline, newest, deadline) && readBack(pipeline, deadline);
    }

    private boolean readForward(Pipeline pipeline, Entry from, Deadline deadline) {
        Entry last = from;
        while (!deadline.hasPassed()) {
            List<Entry> page = ledger.after(pipeline, last.at());
            page.forEach(this::note);
            if (!page.isEmpty()) {
                last = page.get(page.size() - 1);
                newest = last;
            }
            if (page.size() < Ledger.PAGE) {
                return true;
            }
        }
        return false;
    }

    private boolean readBack(Pipeline pipeline, Deadline deadline) {
        while (readBackTo != null && !deadline.hasPassed()) {
            List<Entry> page = ledger.before(pipeline, readBackTo);
            page.forEach(this::note);
            readBack += page.size();
            boolean isDone = page.size() < Ledger.PAGE || readBack >= most;
            readBackTo = isDone ? null : page.get(page.size() - 1).at();
        }
        return readBackTo == null;
    }

    private void note(Entry entry) {
        if (entry.effect() != null
                && fingerprints.seen(warehouse + " " + beginnings + " " + entry.effect())
                && suspects.size() < MOST_SUSPECTS) {
            suspects.add(entry.effect());
        }
    }

    private void begin() {
        beginnings++;
        suspects.clear();
        newest = null;
        readBackTo = null;
    }
}
