package io.github.exactlyonce.inventory.stock;

import static io.github.exactlyonce.contracts.http.ProblemAdvice.problem;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.BoundedBody;
import io.github.exactlyonce.contracts.http.ProblemType;
import io.github.exactlyonce.contracts.http.WarehouseParameter;
import jakarta.servlet.http.HttpServletRequest;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** The stock over HTTP. Declares what it produces, so that a client that cannot read JSON is refused before anything happens. */
@RestController
@RequestMapping(path = "/inventory", produces = MediaType.APPLICATION_JSON_VALUE)
class InventoryController {

    private static final int MAX_PAGE = 1000;
    private static final DataSize MAX_BODY = DataSize.ofKilobytes(4);

    private final Stock stock;

    InventoryController(Stock stock) {
        this.stock = stock;
    }

    @GetMapping
    Stock.Page page(
            Warehouse warehouse,
            @RequestParam(defaultValue = "") String after,
            @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidInputException("limit", "must be from 1 to " + MAX_PAGE);
        }
        return stock.page(warehouse, after, limit);
    }

    @GetMapping("/{sku}")
    Stock.Level level(Warehouse warehouse, @PathVariable String sku) {
        return stock.level(warehouse, checked(sku))
                .orElseThrow(() -> problem(ProblemType.UNKNOWN_SKU, "No stock is kept of " + sku + ".", Map.of()));
    }

    @PutMapping(path = "/{sku}", consumes = MediaType.APPLICATION_JSON_VALUE)
    Stock.Level set(Warehouse warehouse, @PathVariable String sku, HttpServletRequest http) {
        checked(sku);
        JsonInput input = JsonInput.read("body", BoundedBody.read(http, MAX_BODY));
        int quantity = input.quantity("quantity", 0);
        input.refuseOtherWarehouse(warehouse, WarehouseParameter.NOT_IN_BODY);
        input.refuseIfInvalid();
        return stock.set(warehouse, sku, quantity);
    }

    /** 201 if the units were added now, 200 if this restockId had added them before, 409 if it had added others. */
    @PostMapping(path = "/{sku}/restocks", consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<Stock.Level> restock(Warehouse warehouse, @PathVariable String sku, HttpServletRequest http) {
        checked(sku);
        JsonInput input = JsonInput.read("body", BoundedBody.read(http, MAX_BODY));
        String restockId = input.requiredId("restockId");
        int quantity = input.quantity("quantity", 1);
        input.refuseOtherWarehouse(warehouse, WarehouseParameter.NOT_IN_BODY);
        input.refuseIfInvalid();
        Stock.Change change = stock.restock(warehouse, restockId, sku, quantity);
        if (!change.isSame()) {
            throw problem(
                    ProblemType.RESTOCK_CONFLICT,
                    "Restock " + restockId + " has been done with another SKU or quantity.",
                    Map.of("restockId", restockId));
        }
        return ResponseEntity.status(change.isNew() ? HttpStatus.CREATED : HttpStatus.OK)
                .body(change.level());
    }

    private static String checked(String sku) {
        if (!JsonInput.isId(sku)) {
            throw new InvalidInputException("sku", JsonInput.ID_RULE);
        }
        return sku;
    }
}
