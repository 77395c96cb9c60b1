package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * Cancels orders: {@code 200} once an order is cancelled for good, {@code 202} while the stock of one that was confirmed is still to
 * return. Repeating the request is safe, and says which of the two it is by now.
 */
@RestController
class CancellationController {

    private final OrderBook orders;
    private final CancellationLog log;

    CancellationController(OrderBook orders, CancellationLog log) {
        this.orders = orders;
        this.log = log;
    }

    @DeleteMapping(path = "/orders/{id}", produces = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<OrderRecord> cancel(
            Warehouse warehouse,
            @PathVariable String id,
            @RequestHeader(name = Durability.HEADER, required = false) @Nullable String durability) {
        OrderController.requireId(id);
        if (durability != null && !durability.equals(Durability.MEMORY.text())) {
            throw new InvalidInputException(Durability.HEADER, "must be memory: more is not known of a cancellation");
        }
        Cancellation cancellation = cancel(warehouse, id);
        log.add(warehouse, id, cancellation);
        OrderRecord order = cancellation.order();
        if (order == null) {
            throw OrderController.unknown(warehouse, id);
        }
        if (cancellation.outcome() == Cancellation.Outcome.REFUSED) {
            throw rejected(id);
        }
        HttpStatus status = order.status() == OrderStatus.CANCELLING ? HttpStatus.ACCEPTED : HttpStatus.OK;
        return ResponseEntity.status(status)
                .header(Durability.HEADER, Durability.MEMORY.text())
                .body(order);
    }

    private Cancellation cancel(Warehouse warehouse, String id) {
        try {
            return orders.cancel(warehouse, id);
        } catch (DataAccessException e) {
            throw ProblemAdvice.unavailable(
                    "Repeating the request is safe: order " + id + " is cancelled once, however often it is sent.",
                    Map.of("orderId", id),
                    e);
        }
    }

    private static RuntimeException rejected(String id) {
        return ProblemAdvice.problem(
                ProblemType.ORDER_REJECTED,
                "Order " + id + " was rejected, so nothing was taken for it and there is nothing to cancel.",
                Map.of("orderId", id));
    }
}
