package io.github.exactlyonce.inventory.interleavings;

import java.util.Arrays;
import java.util.List;

/** What must be true, whatever the schedule. */
interface Invariants {

    /** @return what a step has broken, in words; empty if nothing */
    List<String> brokenBy(RedisImage before, RedisImage after);

    /** @return what is wrong when nothing happens any more: all machines have ended or died, and what was due has been done */
    List<String> brokenAtTheEnd(RedisImage redis);

    static Invariants all(Invariants... all) {
        return new Invariants() {
            @Override
            public List<String> brokenBy(RedisImage before, RedisImage after) {
                return Arrays.stream(all)
                        .flatMap(each -> each.brokenBy(before, after).stream())
                        .toList();
            }

            @Override
            public List<String> brokenAtTheEnd(RedisImage redis) {
                return Arrays.stream(all)
                        .flatMap(each -> each.brokenAtTheEnd(redis).stream())
                        .toList();
            }
        };
    }
}
