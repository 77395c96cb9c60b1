package io.github.exactlyonce.testbed.bench.jobs;

/**
 * An entry of a ledger.
 *
 * @param atMillis by the clock of the store that holds it
 */
record Effect(String jobId, long atMillis) {}
