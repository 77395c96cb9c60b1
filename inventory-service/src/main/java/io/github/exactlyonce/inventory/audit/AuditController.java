package io.github.exactlyonce.inventory.audit;

import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The audit over HTTP. */
@RestController
@RequestMapping(path = "/audit", produces = MediaType.APPLICATION_JSON_VALUE)
class AuditController {

    private final Auditors auditors;

    AuditController(Auditors auditors) {
        this.auditors = auditors;
    }

    /** Audits now. */
    @GetMapping
    AuditReport audit(Warehouse warehouse) throws InterruptedException {
        return find(warehouse).audit();
    }

    /** Forgets what was found: the stock as it is now is right, and what the ledger says about the past does not matter. */
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget(Warehouse warehouse) {
        find(warehouse).forget();
    }

    /** An audit leaves keys behind, so there is none of what is not there. */
    private Auditor find(Warehouse warehouse) {
        return auditors.find(warehouse)
                .orElseThrow(() -> ProblemAdvice.problem(
                        ProblemType.UNKNOWN_WAREHOUSE,
                        "There is no warehouse " + warehouse + ".",
                        Map.of("warehouse", warehouse.name())));
    }
}
