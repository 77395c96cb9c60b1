package io.github.exactlyonce.inventory.processing;

import io.github.exactlyonce.contracts.TraceParent;
import io.github.exactlyonce.inventory.processing.Decision.Outcome;
import io.github.exactlyonce.inventory.stock.Settlement;
import io.github.exactlyonce.inventory.stock.StockLedger;
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
        Duration age = hint.placedAt() == null ? null : Duration.between(hint.placedAt(), clock.instant());
        decision = new Decision(hint, outcome, age, detail, hint.traceParent());
    }

    /** The script names the token that settled the order: a repeated answer to ourselves is our own doing. */
    void decide(Settlement settlement) {
        Outcome outcome = switch (settlement.code()) {
            case CONFIRMED -> Outcome.CONFIRMED;
            case REJECTED -> Outcome.REJECTED;
            case WAS_CONFIRMED, WAS_REJECTED -> Outcome.ALREADY_SETTLED;
            case NO_RECORD -> Outcome.NO_RECORD;
            case SCHEDULED -> Outcome.SCHEDULED;
        };
        Duration age = settlement.settledBy().isEmpty() ? null : settlement.age();
        TraceParent traceParent = settlement.traceParent() == null ? hint.traceParent() : settlement.traceParent();
        decision = new Decision(hint, outcome, age, settlement.settledBy(), traceParent);
    }

    String packedItems() {
        return hint.items() == null ? "" : hint.items().packed();
    }

    /** Another producer's id for the order, where it is not the id itself; else empty. */
    String foreignOrderId() {
        return hint.orderId() == null || hint.orderId().equals(hint.id()) ? "" : hint.orderId();
    }

    StockLedger.Order order() {
        return new StockLedger.Order(hint.warehouse(), hint.id(), foreignOrderId(), packedItems(), ownerToken);
    }
}
