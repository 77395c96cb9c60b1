package io.github.exactlyonce.testbed.bench;

/**
 * An entry of a ledger.
 *
 * @param atMillis by Redis's clock
 */
record Effect(String orderId, long atMillis) {}
