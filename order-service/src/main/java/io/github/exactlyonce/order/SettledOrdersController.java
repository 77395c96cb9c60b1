package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.Warehouse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RestController;

/**
 * Settled orders as server-sent events. A client that accepts JSON, and not these, reads the order that has the id {@code stream}.
 */
@RestController
class SettledOrdersController {

    private static final String LAST_EVENT = "Last-Event-ID";

    private final SettledOrders settled;
    private final FirstConnection connection;

    SettledOrdersController(SettledOrders settled, FirstConnection connection) {
        this.settled = settled;
        this.connection = connection;
    }

    @GetMapping(path = "/orders/stream", produces = MediaType.TEXT_EVENT_STREAM_VALUE)
    void listen(
            Warehouse warehouse,
            @RequestHeader(name = LAST_EVENT, required = false) @Nullable String lastEvent,
            HttpServletRequest request,
            HttpServletResponse response)
            throws IOException {
        if (lastEvent != null && !OrderCursor.isEntry(lastEvent)) {
            throw new InvalidInputException(LAST_EVENT, "must be the id of an event of this stream");
        }
        if (!StreamClient.answersHead(request, response)) {
            connection.require();
            settled.listen(warehouse, lastEvent == null ? null : StreamPosition.of(lastEvent), request, response);
        }
    }
}
