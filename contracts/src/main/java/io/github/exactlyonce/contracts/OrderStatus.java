package io.github.exactlyonce.contracts;

/** Where an order stands. A settled status is final: no copy of a message changes it again. */
public enum OrderStatus {
    /** Recorded for later; announced to nobody until it is due. No stock has been touched. */
    SCHEDULED,
    /** Recorded and announced; no stock has been touched. */
    PLACED,
    /** Settled: the stock of every item was taken. */
    CONFIRMED,
    /** Settled: at least one item was short, so nothing was taken. */
    REJECTED;

    public boolean isSettled() {
        return this == CONFIRMED || this == REJECTED;
    }
}
