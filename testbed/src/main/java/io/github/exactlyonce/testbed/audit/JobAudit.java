package io.github.exactlyonce.testbed.audit;

import static io.github.exactlyonce.testbed.audit.Finding.DEAD_LETTER;
import static io.github.exactlyonce.testbed.audit.Finding.DONE_AGAIN;
import static io.github.exactlyonce.testbed.audit.Finding.DONE_EARLY;
import static io.github.exactlyonce.testbed.audit.Finding.JOB_LEFT;
import static io.github.exactlyonce.testbed.audit.Finding.LEDGER_TRIMMED;
import static io.github.exactlyonce.testbed.audit.Finding.NEVER_DONE;
import static io.github.exactlyonce.testbed.audit.Finding.NEVER_SCHEDULED;
import static io.github.exactlyonce.testbed.audit.Finding.STOCK_DIFFERS;
import static io.github.exactlyonce.testbed.audit.Finding.WRONG_UNITS;

import io.github.exactlyonce.contracts.Warehouse;
import io.lettuce.core.api.StatefulRedisConnection;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Says for each restock job whether it took effect exactly once, and when, and only then compares the sum: in a sum, a lost
 * job and one that was done twice cancel each other out.
 *
 * <p>Reads the keys of {@link io.github.exactlyonce.contracts.RedisKeys} and changes nothing. Expects a Redis in which
 * nothing moves any more. It knows nothing of how jobs are claimed, so that it can audit any scheduler.
 */
public final class JobAudit {

    private final Map<String, Long> dueTimes;
    private final History history;
    private final Map<String, List<LedgerEntry>> effects = new LinkedHashMap<>();
    private final Findings findings = new Findings();

    private JobAudit(Map<String, Long> dueTimes, History history) {
        this.dueTimes = dueTimes;
        this.history = history;
        for (LedgerEntry entry : history.ledger()) {
            if (entry.effect().equals("RESTOCKED")) {
                effects.computeIfAbsent(entry.id(), id -> new ArrayList<>()).add(entry);
            }
        }
    }

    /**
     * @param dueTimes restock id → when it is due, by Redis's clock, in Unix milliseconds
     * @param sku what each job adds one unit of
     * @param startUnits of that SKU before the first job
     */
    public static JobReport of(
            StatefulRedisConnection<String, String> redis, Map<String, Long> dueTimes, String sku, long startUnits) {
        return new JobAudit(dueTimes, History.read(redis, Warehouse.MAIN, List.of())).report(sku, startUnits);
    }

    private JobReport report(String sku, long startUnits) {
        dueTimes.forEach((id, due) -> checkJob(id, due, sku));
        effects.keySet().stream()
                .filter(id -> !dueTimes.containsKey(id))
                .forEach(id -> findings.add(NEVER_SCHEDULED, id + ": " + effects.get(id)));
        long expected = startUnits + dueTimes.size();
        long is = history.stock().getOrDefault(sku, 0L);
        if (is != expected) {
            findings.add(STOCK_DIFFERS, "%s is %d instead of %d".formatted(sku, is, expected));
        }
        history.jobs().forEach(job -> findings.add(JOB_LEFT, job));
        history.deadLetters().forEach(letter -> findings.add(DEAD_LETTER, letter));
        if (history.ledgerWasTrimmed()) {
            findings.add(LEDGER_TRIMMED, "audit fewer jobs or let inventory.ledger-length be larger");
        }
        return new JobReport(dueTimes.size(), lateness(), firstDue(), lastEffect(), byWorker(), findings.all());
    }

    private void checkJob(String id, long due, String sku) {
        List<LedgerEntry> entries = effects.getOrDefault(id, List.of());
        if (entries.isEmpty()) {
            findings.add(NEVER_DONE, id + ", due at " + due);
            return;
        }
        if (entries.size() > 1) {
            findings.add(DONE_AGAIN, id + ": " + entries);
        }
        LedgerEntry first = entries.get(0);
        if (first.atMillis() < due) {
            findings.add(DONE_EARLY, "%s: %s, %d ms before it was due".formatted(id, first, due - first.atMillis()));
        }
        if (!first.units().equals(Map.of(sku, 1L))) {
            findings.add(WRONG_UNITS, id + ": " + first);
        }
    }

    /** The first effect counts, sorted. */
    private List<Long> lateness() {
        return dueTimes.entrySet().stream()
                .filter(job -> effects.containsKey(job.getKey()))
                .map(job -> effects.get(job.getKey()).get(0).atMillis() - job.getValue())
                .sorted()
                .toList();
    }

    private long firstDue() {
        return dueTimes.values().stream().mapToLong(due -> due).min().orElse(0);
    }

    private long lastEffect() {
        return effects.values().stream()
                .flatMap(List::stream)
                .mapToLong(LedgerEntry::atMillis)
                .max()
                .orElse(0);
    }

    private Map<String, Integer> byWorker() {
        Map<String, Integer> byWorker = new TreeMap<>();
        effects.values().stream()
                .flatMap(List::stream)
                .forEach(entry -> byWorker.merge(entry.worker(), 1, Integer::sum));
        return byWorker;
    }
}
