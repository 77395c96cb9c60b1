package io.github.exactlyonce.testbed.bench.jobs;

import java.time.Duration;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Adds one unit of a SKU to the stock.
 *
 * @param dueMillis by the clock of the store that holds it
 */
record Job(String id, String sku, long dueMillis) {

    /** One SKU alone would measure how a row lock is passed on. */
    static final List<String> SKUS =
            IntStream.rangeClosed(1, 20).mapToObj(i -> "sku-" + i).toList();

    /** Evenly spread over a span; a span of zero makes all due at once. */
    static List<Job> spread(String prefix, int jobs, long firstDue, Duration span) {
        return IntStream.range(0, jobs)
                .mapToObj(i ->
                        new Job(prefix + "-" + i, SKUS.get(i % SKUS.size()), firstDue + span.toMillis() * i / jobs))
                .toList();
    }
}
