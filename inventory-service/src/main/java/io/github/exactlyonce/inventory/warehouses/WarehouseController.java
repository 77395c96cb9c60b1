package io.github.exactlyonce.inventory.warehouses;

import io.github.exactlyonce.contracts.InvalidInputException;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** All warehouses over HTTP. One is there as soon as it is first written to. */
@RestController
@RequestMapping(path = "/warehouses", produces = MediaType.APPLICATION_JSON_VALUE)
class WarehouseController {

    private static final int MAX_PAGE = 1000;

    private final WarehouseStates states;

    WarehouseController(WarehouseStates states) {
        this.states = states;
    }

    @GetMapping
    WarehouseStates.Page page(
            @RequestParam(defaultValue = "") String after, @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidInputException("limit", "must be from 1 to " + MAX_PAGE);
        }
        return states.page(after, limit);
    }
}
