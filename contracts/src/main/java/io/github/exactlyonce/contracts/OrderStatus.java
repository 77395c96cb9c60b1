package io.github.exactlyonce.contracts;

/**
 * Where an order stands. What it is settled as is final: no copy of a message changes it again. Only a client does, who cancels an
 * order that is confirmed.
 */
public enum OrderStatus {
    /** Recorded for later; announced to nobody until it is due. No stock has been touched. */
    SCHEDULED,
    /** Recorded and announced; no stock has been touched. */
    PLACED,
    /** Settled: the stock of every item was taken. */
    CONFIRMED,
    /** Settled: at least one item was short, so nothing was taken. */
    REJECTED,
    /** It was confirmed, and then cancelled: its stock is still to return. */
    CANCELLING,
    /** Cancelled for good: no stock was taken, or it has returned. */
    CANCELLED;

    /** Whether nothing changes it any more but a client who cancels it. */
    public boolean isSettled() {
        return this == CONFIRMED || this == REJECTED || this == CANCELLED;
    }
}
