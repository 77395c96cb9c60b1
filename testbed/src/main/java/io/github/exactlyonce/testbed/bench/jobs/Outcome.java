package io.github.exactlyonce.testbed.bench.jobs;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What became of jobs, one by one, from the ledger: in a sum, one that was lost and one that was done twice would cancel out.
 *
 * @param jobs that were scheduled
 * @param lost without an effect
 * @param repeated jobs with more than one
 * @param extraEffects those beyond the first ones, and those of jobs of an earlier turn, which came late
 * @param early done before they were due
 * @param lateness milliseconds from due to the first effect of each job that was done, sorted
 * @param lastFirstMillis when the last job got its first effect; 0 if none did
 * @param wrong some of those of which the above speaks, {@value #NAMED} at most, each with what is wrong
 */
record Outcome(
        int jobs,
        int lost,
        int repeated,
        int extraEffects,
        int early,
        List<Long> lateness,
        long lastFirstMillis,
        List<String> wrong) {

    private static final int NAMED = 5;

    static Outcome of(Collection<Job> jobs, Collection<Effect> effects) {
        Map<String, Job> scheduled = jobs.stream().collect(Collectors.toMap(Job::id, Function.identity()));
        Map<String, Long> firsts = new HashMap<>();
        Map<String, Integer> counts = new HashMap<>();
        Set<String> strangers = new TreeSet<>();
        int extra = 0;
        for (Effect effect : effects) {
            if (!scheduled.containsKey(effect.jobId())) {
                extra++;
                strangers.add(effect.jobId());
            } else {
                firsts.merge(effect.jobId(), effect.atMillis(), Math::min);
                if (counts.merge(effect.jobId(), 1, Integer::sum) > 1) {
                    extra++;
                }
            }
        }
        List<String> wrong = Stream.of(
                        scheduled.keySet().stream()
                                .filter(id -> !firsts.containsKey(id))
                                .sorted()
                                .map(id -> id + " (lost)"),
                        counts.entrySet().stream()
                                .filter(each -> each.getValue() > 1)
                                .map(each -> "%s (%d effects)".formatted(each.getKey(), each.getValue()))
                                .sorted(),
                        firsts.entrySet().stream()
                                .filter(each -> each.getValue()
                                        < scheduled.get(each.getKey()).dueMillis())
                                .map(each -> each.getKey() + " (before it was due)")
                                .sorted(),
                        strangers.stream().map(id -> id + " (an effect after its turn)"))
                .flatMap(each -> each)
                .limit(NAMED)
                .toList();
        List<Long> lateness = new ArrayList<>();
        firsts.forEach(
                (id, atMillis) -> lateness.add(atMillis - scheduled.get(id).dueMillis()));
        Collections.sort(lateness);
        return new Outcome(
                jobs.size(),
                jobs.size() - firsts.size(),
                (int) counts.values().stream().filter(count -> count > 1).count(),
                extra,
                (int) lateness.stream().filter(late -> late < 0).count(),
                List.copyOf(lateness),
                firsts.values().stream().mapToLong(Long::longValue).max().orElse(0),
                wrong);
    }

    int done() {
        return jobs - lost;
    }

    boolean isExact() {
        return lost == 0 && repeated == 0 && extraEffects == 0 && early == 0;
    }

    /** @param percent by nearest rank; 100 is the maximum. Infinite if that many were never done */
    double lateness(double percent) {
        int rank = Math.max(1, (int) Math.ceil(percent / 100 * jobs));
        return rank > lateness.size() ? Double.POSITIVE_INFINITY : lateness.get(rank - 1);
    }
}
