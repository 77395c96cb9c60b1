package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.BoundedBody;
import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import io.github.exactlyonce.contracts.http.WarehouseParameter;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.context.request.async.DeferredResult;

/** Declares what it produces, so that a client that cannot read JSON is refused before its order is placed. */
@RestController
@RequestMapping(path = "/orders", produces = MediaType.APPLICATION_JSON_VALUE)
class OrderController {

    /** Beyond the longest wait and the last look at the order; then Spring gives up. */
    private static final Duration LONGEST_ANSWER = PreferredWait.LONGEST.plusSeconds(30);

    private final OrderBook orders;
    private final OrderProperties properties;
    private final PlacementLog placements;
    private final WaitingRequests waiting;

    OrderController(OrderBook orders, OrderProperties properties, PlacementLog placements, WaitingRequests waiting) {
        this.orders = orders;
        this.properties = properties;
        this.placements = placements;
        this.waiting = waiting;
    }

    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<OrderRecord> place(
            HttpServletRequest http,
            @RequestHeader(name = OrderRequest.IDEMPOTENCY_KEY, required = false) @Nullable String idempotencyKey,
            @RequestHeader(name = Durability.HEADER, required = false) @Nullable String durability) {
        return place(request(http, idempotencyKey, durability));
    }

    /** The answer is the same, but may come when the order is settled. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE, headers = PreferredWait.HEADER)
    DeferredResult<ResponseEntity<OrderRecord>> placeAndWait(
            HttpServletRequest http,
            @RequestHeader(name = OrderRequest.IDEMPOTENCY_KEY, required = false) @Nullable String idempotencyKey,
            @RequestHeader(name = Durability.HEADER, required = false) @Nullable String durability) {
        OrderRequest request = request(http, idempotencyKey, durability);
        ResponseEntity<OrderRecord> placed = place(request);
        DeferredResult<ResponseEntity<OrderRecord>> result = new DeferredResult<>(LONGEST_ANSWER.toMillis());
        PreferredWait.of(http.getHeaders(PreferredWait.HEADER))
                .ifPresentOrElse(wait -> settled(request, placed, wait, result), () -> result.setResult(placed));
        return result;
    }

    private void settled(
            OrderRequest request,
            ResponseEntity<OrderRecord> placed,
            PreferredWait wait,
            DeferredResult<ResponseEntity<OrderRecord>> result) {
        waiting.await(request.warehouse(), request.id(), Objects.requireNonNull(placed.getBody()), wait.limit())
                .ifPresentOrElse(
                        settled -> settled.thenAccept(
                                order -> result.setResult(ResponseEntity.status(placed.getStatusCode())
                                        .headers(placed.getHeaders())
                                        .header(PreferredWait.APPLIED, wait.text())
                                        .body(order))),
                        () -> result.setResult(placed));
    }

    private OrderRequest request(
            HttpServletRequest http, @Nullable String idempotencyKey, @Nullable String durability) {
        if (http.getParameter(WarehouseParameter.NAME) != null) { // ignored, it would be an order for another warehouse
            throw new InvalidInputException(WarehouseParameter.NAME, "must be in the body of this request");
        }
        return OrderRequest.read(BoundedBody.read(http, properties.maxBodySize()), idempotencyKey, durability);
    }

    private ResponseEntity<OrderRecord> place(OrderRequest request) {
        Durability wanted = request.durability() == null ? properties.durability() : request.durability();
        Placement placement = place(request, wanted);
        placements.add(placement, wanted);
        if (placement.outcome() == Placement.Outcome.CONFLICTING) {
            throw conflict(request.id());
        }
        if (placement.reached() != wanted) {
            throw notReached(request.id(), wanted, placement.reached());
        }
        ResponseEntity.BodyBuilder answer = placement.outcome() == Placement.Outcome.REPEATED
                ? ResponseEntity.ok()
                : ResponseEntity.created(location(request));
        return answer.header(Durability.HEADER, wanted.text()).body(placement.order());
    }

    @GetMapping("/{id}")
    OrderRecord read(Warehouse warehouse, @PathVariable String id) {
        requireId(id);
        return orders.find(warehouse, id).orElseThrow(() -> unknown(warehouse, id));
    }

    /** @throws InvalidInputException if no order can have it */
    static void requireId(String id) {
        if (!JsonInput.isId(id)) {
            throw new InvalidInputException("id", JsonInput.ID_RULE);
        }
    }

    private static URI location(OrderRequest request) {
        String warehouse =
                request.warehouse().isMain() ? "" : "?" + WarehouseParameter.NAME + "=" + request.warehouse();
        return URI.create("/orders/" + request.id() + warehouse);
    }

    private Placement place(OrderRequest request, Durability wanted) {
        try {
            return orders.place(request, wanted);
        } catch (DiskUnavailableException e) {
            if (request.durability() != null) {
                throw new InvalidInputException(Durability.HEADER, "cannot be disk: " + e.getMessage());
            }
            throw unavailable(request, e); // not the client's doing; readiness says so too
        } catch (DataAccessException e) {
            throw unavailable(request, e);
        }
    }

    private static RuntimeException unavailable(OrderRequest request, RuntimeException e) {
        return ProblemAdvice.unavailable(
                "Repeating the request with orderId " + request.id() + " is safe: it is placed once, however often"
                        + " it is sent.",
                Map.of("orderId", request.id()),
                e);
    }

    private static RuntimeException notReached(String id, Durability wanted, Durability reached) {
        return ProblemAdvice.retryable(
                ProblemType.DURABILITY_NOT_REACHED,
                "Order " + id + " is recorded, but was not on " + wanted.text()
                        + " in time. It will be settled if Redis" + " keeps it. Repeating the request with orderId "
                        + id + " is safe: it is placed once.",
                Map.of("orderId", id, "wanted", wanted.text(), "reached", reached.text()),
                null);
    }

    private static RuntimeException conflict(String id) {
        return ProblemAdvice.problem(
                ProblemType.ORDER_CONFLICT,
                "Order " + id + " was placed with other items or another time. Another order needs another orderId.",
                Map.of("orderId", id));
    }

    static RuntimeException unknown(Warehouse warehouse, String id) {
        return ProblemAdvice.problem(
                ProblemType.UNKNOWN_ORDER,
                "There is no order " + id + (warehouse.isMain() ? "." : " in warehouse " + warehouse + "."),
                Map.of("orderId", id));
    }
}
