package io.github.exactlyonce.testbed.audit;

/** What an audit can find wrong. */
public enum Finding {
    LOST("accepted, but never settled"),
    SETTLED_AGAIN("settled more than once"),
    NEVER_RETURNED("cancelled, but its stock never returned"),
    RETURNED_AGAIN("its stock returned more than once, or was never taken"),
    NOT_CANCELLED("a client was told that it is cancelled, and it stands all the same"),
    REFUSED_TO_CANCEL("a client was told that there is nothing to cancel, and it was not rejected"),
    CANCELLED_UNASKED("cancelled, and nobody had asked for that"),
    NEVER_PLACED("settled, but nobody placed it"),
    NEVER_DONE("due, but never done"),
    DONE_AGAIN("done more than once"),
    DONE_EARLY("done before it was due"),
    NEVER_SCHEDULED("done, but nobody scheduled it"),
    WRONG_UNITS("took other units than were ordered"),
    RECORD_DIFFERS("its record says something else than the ledger"),
    OVERSOLD("stock was below zero"),
    STOCK_DIFFERS("stock is not what the orders and the ledger leave of it"),
    JOB_LEFT("a job is left"),
    DEAD_LETTER("a dead letter"),
    LEDGER_TRIMMED("the ledger is not complete");

    private final String text;

    Finding(String text) {
        this.text = text;
    }

    @Override
    public String toString() {
        return text;
    }
}
