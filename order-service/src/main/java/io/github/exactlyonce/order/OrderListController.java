package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.OrderRecord;
import io.github.exactlyonce.contracts.OrderStatus;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.WarehouseParameter;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** {@link OrderList} over HTTP. */
@RestController
@RequestMapping(path = "/orders", produces = MediaType.APPLICATION_JSON_VALUE)
class OrderListController {

    private static final int LONGEST_PAGE = 100;

    private final OrderList orders;

    OrderListController(OrderList orders) {
        this.orders = orders;
    }

    @GetMapping
    ResponseEntity<Body> page(
            Warehouse warehouse,
            @RequestParam(defaultValue = "") String status,
            @RequestParam(defaultValue = "") String after,
            @RequestParam(defaultValue = "20") int limit) {
        if (limit < 1 || limit > LONGEST_PAGE) {
            throw new InvalidInputException("limit", "must be from 1 to " + LONGEST_PAGE);
        }
        OrderStatus wanted = status.isEmpty() ? null : status(status);
        OrderList.Page page = orders.page(warehouse, wanted, cursor(wanted, after), limit);
        ResponseEntity.BodyBuilder answer = ResponseEntity.ok();
        if (page.next() == null) {
            return answer.body(new Body(page.orders(), null));
        }
        String query = "?after=" + page.next() + "&limit=" + limit + (wanted == null ? "" : "&status=" + wanted)
                + (warehouse.isMain() ? "" : "&" + WarehouseParameter.NAME + "=" + warehouse);
        return answer.header(HttpHeaders.LINK, "</orders" + query + ">; rel=\"next\"")
                .body(new Body(page.orders(), page.next().toString()));
    }

    private static OrderStatus status(String text) {
        return Arrays.stream(OrderStatus.values())
                .filter(status -> status.name().equals(text))
                .findFirst()
                .orElseThrow(() ->
                        new InvalidInputException("status", "must be one of " + Arrays.toString(OrderStatus.values())));
    }

    private static OrderCursor cursor(@Nullable OrderStatus status, String after) {
        boolean isAnywhere =
                status == null || status == OrderStatus.CANCELLED; // which a replica may still have to settle
        OrderCursor first = isAnywhere || !status.isSettled() ? OrderCursor.OPEN : OrderCursor.SETTLED;
        OrderCursor cursor = after.isEmpty() ? first : OrderCursor.parse(after);
        if (!isAnywhere && cursor.isAmongOpen() != first.isAmongOpen()) {
            throw OrderCursor.wrong();
        }
        return cursor;
    }

    /** @param next what to give as {@code after} for the next page; absent on the last one */
    record Body(List<OrderRecord> orders, @Nullable String next) {}
}
