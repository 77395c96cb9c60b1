package io.github.exactlyonce.inventory.audit;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.stereotype.Component;

/**
 * Which effects were seen, eight bytes each: a hash in an open-addressing table. Two effects may share a hash, so "seen before" is a
 * suspicion; "not seen before" is certain for the newest {@code generation} effects.
 *
 * <p>There are two tables. When the newer one is full it becomes the older one, which is dropped: so memory has a bound, and the
 * newest effects are always known, without reading anything again. All warehouses share them, so that their number costs no memory.
 */
@Component
final class Fingerprints {

    /** Two tables of at most 16 MB each. Of more effects the newest are known. */
    static final int MOST = 1 << 20;

    private final int generation;
    private Table older = new Table();
    private Table newer = new Table();

    @Autowired
    Fingerprints() {
        this(MOST);
    }

    /** @param generation at least so many effects are known, at most twice as many */
    Fingerprints(int generation) {
        this.generation = generation;
    }

    /** @return whether it may have been seen before */
    synchronized boolean seen(String effect) {
        long hash = hash(effect);
        if (older.contains(hash) || newer.contains(hash)) {
            return true;
        }
        if (newer.size == generation) {
            older = newer;
            newer = new Table();
        }
        newer.add(hash);
        return false;
    }

    /** FNV-1a over the UTF-16 units, and the finalizer of SplitMix64, because the table goes by the lowest bits. Never 0. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 30)) * 0xbf58476d1ce4e5b9L;
        hash = (hash ^ (hash >>> 27)) * 0x94d049bb133111ebL;
        hash ^= hash >>> 31;
        return hash == 0 ? 1 : hash;
    }

    /** A set of numbers other than 0; at most half full, so that searches are short. */
    private static final class Table {

        private long[] slots = new long[64];
        private int size;

        boolean contains(long hash) {
            return slots[slotOf(hash)] == hash;
        }

        void add(long hash) {
            if (2 * size == slots.length) {
                long[] old = slots;
                slots = new long[2 * old.length];
                for (long each : old) {
                    if (each != 0) {
                        slots[slotOf(each)] = each;
                    }
                }
            }
            slots[slotOf(hash)] = hash;
            size++;
        }

        private int slotOf(long hash) {
            int slot = (int) hash & (slots.length - 1);
            while (slots[slot] != 0 && slots[slot] != hash) {
                slot = (slot + 1) & (slots.length - 1);
            }
            return slot;
        }
    }
}
