package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.inventory.processing.Decision.Outcome;
import io.github.exactlyonce.inventory.stock.Settlement;
import io.github.exactlyonce.inventory.stock.StockLedger;
import io.github.exactlyonce.inventory.stock.StockReturn;
import java.time.Clock;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** One hint on its way through a batch: open until it is decided, and decided once. */
final class Attempt {

    final OrderHint hint;
    final String ownerToken;
    private final Clock clock;
    private @Nullable Decision decision;

    Attempt(OrderHint hint, String ownerToken, Clock clock) {
        this.hint = hint;
        this.ownerToken = ownerToken;
        this.clock = clock;
    }

    boolean isOpen() {
        return decision == null;
    }

    Decision decision() {
        if (decision == null) {
            throw new IllegalStateException("undecided: " + hint.id());
        }
        return decision;
    }

    void decide(Outcome outcome, String detail) {
        Duration age = hint.since() == null ? null : Duration.between(hint.since(), clock.instant());
        decision = new Decision(hint, outcome, age, detail, hint.traceParent());
    }

    /** The script names the token that settled the order: a repeated answer to ourselves is our own doing. */
    void decide(Settlement settlement) {
        Outcome outcome = switch (settlement.code()) {
            case CONFIRMED -> Outcome.CONFIRMED;
            case REJECTED -> Outcome.REJECTED;
            case CANCELLED -> Outcome.CANCELLED;
            case WAS_CONFIRMED, WAS_REJECTED, WAS_CANCELLED -> Outcome.ALREADY_SETTLED;
            case NO_RECORD -> Outcome.NO_RECORD;
            case SCHEDULED -> Outcome.SCHEDULED;
        };
        decide(outcome, settlement.settledBy(), settlement.age(), settlement.traceParent());
    }

    /** As {@link #decide(Settlement)}. */
    void decide(StockReturn answer) {
        Outcome outcome = switch (answer.code()) {
            case RETURNED -> Outcome.RETURNED;
            case WAS_RETURNED -> Outcome.ALREADY_RETURNED;
            case NOTHING_TO_RETURN -> Outcome.NOTHING_TO_RETURN;
            case NO_RECORD -> Outcome.NO_RECORD;
        };
        decide(outcome, answer.returnedBy(), answer.age(), answer.traceParent());
    }

    private void decide(Outcome outcome, String by, Duration age, @Nullable TraceParent recorded) {
        TraceParent traceParent = recorded == null ? hint.traceParent() : recorded;
        decision = new Decision(hint, outcome, by.isEmpty() ? null : age, by, traceParent);
    }

    String packedItems() {
        return hint.items() == null ? "" : hint.items().packed();
    }

    /** Another producer's id for the order, where it is not the id itself; else empty. */
    String foreignOrderId() {
        return hint.orderId() == null || hint.orderId().equals(hint.id()) ? "" : hint.orderId();
    }

    StockLedger.Order order() {
        boolean recovered = hint.source() == OrderHint.Source.JOB;
        return new StockLedger.Order(
                hint.warehouse(), hint.id(), foreignOrderId(), packedItems(), ownerToken, recovered);
    }

    StockLedger.Cancelled cancelled() {
        return new StockLedger.Cancelled(hint.warehouse(), hint.id(), ownerToken);
    }
}
