package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.Warehouse;
import java.util.List;
import java.util.Map;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RestController;

/** {@link OrderHistory} over HTTP. */
@RestController
@RequestMapping(path = "/orders/{id}/events", produces = MediaType.APPLICATION_JSON_VALUE)
class OrderHistoryController {

    private final OrderHistory history;

    OrderHistoryController(OrderHistory history) {
        this.history = history;
    }

    @GetMapping
    Body events(Warehouse warehouse, @PathVariable String id) {
        if (!JsonInput.isId(id)) {
            throw new InvalidInputException("id", JsonInput.ID_RULE);
        }
        return new Body(id, history.of(warehouse, id).orElseThrow(() -> OrderController.unknown(warehouse, id)));
    }

    record Body(String orderId, List<Map<String, Object>> events) {}
}
