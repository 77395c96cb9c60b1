package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.inventory.InventoryProperties;
import io.github.exactlyonce.inventory.audit.Ledger.Entry;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Suspects effects of having happened twice. This process remembers the fingerprints of the ledger's entries: it reads the
 * ledger once, newest first, and then what is added. If the last entry that it read is gone, as after a failover of Redis that
 * took entries back, it forgets them and begins again.
 *
 * <p>Reads {@code ledger:{main}}. For one thread at a time.
 */
@Component
final class RepeatedEffects {

    /** Two tables of at most 16 MB each. Of a longer ledger the newest entries are known. */
    private static final int MOST_FINGERPRINTS = 1 << 20;

    private static final int MOST_SUSPECTS = 1000;

    private final Ledger ledger;
    private final int generation;
    private final Set<String> suspects = new LinkedHashSet<>();
    private Fingerprints fingerprints;
    private @Nullable Entry newest;
    /** Where reading back has got to; null when it is done. */
    private @Nullable String readBackTo;

    private int readBack;

    RepeatedEffects(Ledger ledger, InventoryProperties properties) {
        this.ledger = ledger;
        this.generation = (int) Math.min(properties.ledgerLength(), MOST_FINGERPRINTS);
        this.fingerprints = new Fingerprints(generation);
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
            boolean isDone = page.size() < Ledger.PAGE || readBack >= generation;
            readBackTo = isDone ? null : page.get(page.size() - 1).at();
        }
        return readBackTo == null;
    }

    private void note(Entry entry) {
        if (entry.effect() != null && fingerprints.seen(entry.effect()) && suspects.size() < MOST_SUSPECTS) {
            suspects.add(entry.effect());
        }
    }

    private void begin() {
        fingerprints = new Fingerprints(generation);
        suspects.clear();
        newest = null;
        readBackTo = null;
    }
}
