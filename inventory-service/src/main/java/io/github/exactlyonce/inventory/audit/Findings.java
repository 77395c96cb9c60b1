package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.RedisKeys;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.redis.Pipeline;
import io.github.exactlyonce.inventory.audit.Ledger.Entry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Turns suspicions into findings, by one look at the whole ledger for all that are new, and remembers them in
 * {@code audit-findings:{main}} until they are not so any more:
 *
 * <pre>{@code
 * twice order 29          1767225600000-0 1767225700000-3    where its entries are
 * bare 30                                                    an order that is settled, and has no entry
 * bare return of 32                                          a cancelled order whose stock returned, and has no entry that says so
 * bare 31   CONFIRMED by …, but the ledger says …            an order that is settled, and its entry says something else
 * entry 1767225600000-4   CONFIRMED 31: there is no such order
 * }</pre>
 *
 * <p>The last kind is written by {@code advance-audit.lua} alone. Reads {@code ledger:{main}}, and what {@link OrderRound} reads.
 */
final class Findings {

    /** Of each kind; more are not counted. */
    private static final int MOST = 1000;

    private static final String TWICE = "twice ";
    private static final String BARE = "bare ";
    private static final String ENTRY = "entry ";

    private final Warehouse warehouse;
    private final Ledger ledger;
    private final RepeatedEffects effects;
    private final OrderRound round;

    Findings(Warehouse warehouse, Ledger ledger, RepeatedEffects effects, OrderRound round) {
        this.warehouse = warehouse;
        this.ledger = ledger;
        this.effects = effects;
        this.round = round;
    }

    /** @return whether there was time to look at all that is suspected */
    boolean look(Pipeline pipeline, Deadline deadline) {
        boolean readAll = effects.readOn(pipeline, deadline);
        Map<String, String> known = read(pipeline);
        Set<String> repeated = effects.suspects();
        Map<String, String> suspects = round.suspects(pipeline, deadline);
        suspects.keySet().removeIf(id -> known.containsKey(BARE + id));
        Set<String> bare = new TreeSet<>();
        suspects.forEach((id, problem) -> {
            if (problem.isEmpty()) {
                bare.add(id);
            }
        });
        suspects.keySet().removeAll(bare);
        remember(pipeline, known, suspects);
        if (repeated.isEmpty() && bare.isEmpty()) {
            return readAll;
        }
        Set<String> wanted = new TreeSet<>(repeated);
        bare.forEach(id -> wanted.add(Entry.missing(id)));
        Optional<Map<String, List<String>>> places = ledger.find(pipeline, wanted, deadline);
        places.ifPresent(found -> {
            remember(pipeline, known, found, repeated, bare);
            effects.cleared(repeated);
            bare.removeIf(id -> !found.containsKey(Entry.missing(id)));
            round.clear(bare);
        });
        return readAll && places.isPresent();
    }

    /**
     * Drops what is not so any more, and says what is left.
     *
     * @param forgottenAt in Unix milliseconds: nothing is said of what is not younger
     */
    Left review(Pipeline pipeline, long forgottenAt) {
        Map<String, String> known = read(pipeline);
        Map<String, String> twice = starting(known, TWICE);
        Map<String, String> bare = starting(known, BARE);
        List<String> gone = new ArrayList<>();

        List<String> places = twice.values().stream()
                .flatMap(value -> List.of(value.split(" ")).stream())
                .toList();
        Map<String, List<Entry>> there = ledger.still(pipeline, places).stream()
                .filter(entry -> entry.effect() != null)
                .collect(Collectors.groupingBy(entry -> String.valueOf(entry.effect())));
        twice.keySet().stream()
                .filter(effect -> {
                    List<Entry> entries = there.getOrDefault(effect, List.of());
                    return entries.size() < 2 || entries.stream().noneMatch(entry -> entry.atMillis() > forgottenAt);
                })
                .forEach(effect -> gone.add(TWICE + effect));
        Set<String> still = round.stillSuspect(pipeline, bare.keySet()).keySet();
        bare.keySet().stream().filter(id -> !still.contains(id)).forEach(id -> gone.add(BARE + id));

        if (!gone.isEmpty()) {
            pipeline.sendAll(
                            List.of(gone),
                            (redis, fields) ->
                                    redis.hdel(RedisKeys.auditFindings(warehouse), fields.toArray(String[]::new)))
                    .get(0)
                    .require();
            known.keySet().removeAll(gone);
        }
        return new Left(named(starting(known, TWICE)), named(starting(known, BARE)), named(starting(known, ENTRY)));
    }

    private void remember(
            Pipeline pipeline,
            Map<String, String> known,
            Map<String, List<String>> places,
            Set<String> repeated,
            Set<String> bare) {
        Map<String, String> found = new TreeMap<>();
        repeated.stream()
                .filter(effect -> places.getOrDefault(effect, List.of()).size() > 1)
                .limit(MOST - starting(known, TWICE).size())
                .forEach(effect -> found.put(TWICE + effect, String.join(" ", places.get(effect))));
        bare.stream()
                .filter(id -> !places.containsKey(Entry.missing(id)))
                .limit(MOST - starting(known, BARE).size())
                .forEach(id -> found.put(BARE + id, ""));
        write(pipeline, found);
    }

    /** These need no look at the ledger: record and entry were read at one instant. */
    private void remember(Pipeline pipeline, Map<String, String> known, Map<String, String> differing) {
        Map<String, String> found = new TreeMap<>();
        differing.entrySet().stream()
                .limit(MOST - starting(known, BARE).size())
                .forEach(order -> found.put(BARE + order.getKey(), order.getValue()));
        write(pipeline, found);
    }

    private void write(Pipeline pipeline, Map<String, String> found) {
        if (!found.isEmpty()) {
            pipeline.sendAll(List.of(found), (redis, fields) -> redis.hset(RedisKeys.auditFindings(warehouse), fields))
                    .get(0)
                    .require();
        }
    }

    private Map<String, String> read(Pipeline pipeline) {
        return new TreeMap<>(
                pipeline.sendAll(List.of(RedisKeys.auditFindings(warehouse)), (redis, key) -> redis.hgetall(key))
                        .get(0)
                        .require());
    }

    private static Map<String, String> starting(Map<String, String> findings, String kind) {
        Map<String, String> found = new TreeMap<>();
        findings.forEach((field, value) -> {
            if (field.startsWith(kind)) {
                found.put(field.substring(kind.length()), value);
            }
        });
        return found;
    }

    private static List<String> named(Map<String, String> findings) {
        return findings.entrySet().stream()
                .map(finding -> finding.getValue().isEmpty()
                        ? finding.getKey()
                        : finding.getKey() + " (" + finding.getValue() + ")")
                .toList();
    }

    /** Each with what is known about it, sorted. */
    record Left(List<String> twice, List<String> bare, List<String> entries) {}
}
