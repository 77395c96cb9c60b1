package io.github.exactlyonce.inventory.audit;

import static io.github.exactlyonce.contracts.Warehouse.MAIN;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.RedisKeys;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.data.redis.connection.stream.RecordId;
import org.springframework.data.redis.connection.stream.StreamRecords;

class RepeatedEffectsTest extends WithAudit {

    private RepeatedEffects effects;

    @BeforeEach
    void aProcessThatRemembersNothing() {
        effects = new RepeatedEffects(MAIN, new Ledger(MAIN), new Fingerprints(), properties.ledgerLength());
    }

    @Test
    void readsWhatWasThereAndThenWhatIsAdded() {
        for (int i = 0; i < 2500; i++) {
            addEntry("REJECTED", "o-" + i, "", "me/" + i);
        }
        addEntry("RESTOCKED", "o-7", "001=1", "me/r");
        readOn();
        assertThat(effects.suspects()).isEmpty();

        addEntry("CONFIRMED", "o-0", "", "me/again");
        addEntry("SET", "o-7", "001=1", "me/again");
        readOn();
        assertThat(effects.suspects()).containsExactlyInAnyOrder("order o-0", "change o-7");
    }

    @Test
    void whatWasRepeatedBeforeItBeganIsSuspected() {
        addEntry("REJECTED", "old", "", "me/1");
        for (int i = 0; i < 1500; i++) {
            addEntry("REJECTED", "o-" + i, "", "me/" + i);
        }
        addEntry("REJECTED", "old", "", "me/2");
        readOn();

        assertThat(effects.suspects()).containsExactly("order old");
        effects.cleared(effects.suspects());
        readOn();
        assertThat(effects.suspects()).isEmpty();
    }

    /** A replica took over whose clock is behind: new entries come before the last one that this process has read. */
    @Test
    void readsAgainWhenTheLastEntryThatItReadIsGone() {
        entryAt("2000-0", "a");
        entryAt("2000-1", "b");
        readOn();
        redis.delete(RedisKeys.ledger(MAIN));
        entryAt("1000-0", "c");
        entryAt("1000-1", "c");
        readOn();

        assertThat(effects.suspects()).containsExactly("order c");
    }

    @Test
    void fingerprintsKnowTheNewestAndNoMoreThanTwiceAsMany() {
        int generation = 1000;
        long seed = Long.getLong("audit.seed", System.nanoTime());
        System.out.println("-Daudit.seed=" + seed);
        Random random = new Random(seed);
        Fingerprints fingerprints = new Fingerprints(generation);
        String[] names = new String[5 * generation];
        for (int i = 0; i < names.length; i++) {
            names[i] = "order " + i + "-" + random.nextLong();
            assertThat(fingerprints.seen(names[i])).isFalse();
            assertThat(fingerprints.seen(names[i])).isTrue();
            assertThat(fingerprints.seen(names[Math.max(0, i - generation + 1)]))
                    .isTrue();
        }
        assertThat(fingerprints.seen(names[names.length - 1 - 2 * generation]))
                .as("forgotten")
                .isFalse();
    }

    private void readOn() {
        assertThat(effects.readOn(pipeline, Deadline.in(DEADLINE))).isTrue();
    }

    private void entryAt(String at, String id) {
        redis.opsForStream()
                .add(StreamRecords.mapBacked(Map.of("effect", "REJECTED", "id", id, "units", "", "by", "me/" + at))
                        .withStreamKey(RedisKeys.ledger(MAIN))
                        .withId(RecordId.of(at)));
    }
}
