package io.github.exactlyonce.inventory.audit;

import org.springframework.http.HttpStatus;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** The audit over HTTP. */
@RestController
@RequestMapping("/audit")
class AuditController {

    private final Auditor auditor;

    AuditController(Auditor auditor) {
        this.auditor = auditor;
    }

    /** Audits now. */
    @GetMapping
    AuditReport audit() throws InterruptedException {
        return auditor.audit();
    }

    /** Forgets what was found: the stock as it is now is right, and what the ledger says about the past does not matter. */
    @DeleteMapping
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void forget() {
        auditor.forget();
    }
}
