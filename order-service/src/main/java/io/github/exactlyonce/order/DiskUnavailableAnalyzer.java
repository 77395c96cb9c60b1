package io.github.exactlyonce.order;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Says why the service does not start, instead of a stack trace. Registered in {@code META-INF/spring.factories}. */
final class DiskUnavailableAnalyzer extends AbstractFailureAnalyzer<DiskUnavailableException> {

    @Override
    protected FailureAnalysis analyze(Throwable root, DiskUnavailableException cause) {
        return new FailureAnalysis(
                "orders.durability is disk. " + cause.getMessage() + ".",
                "Mend that, or set orders.durability to replica or memory.",
                cause);
    }
}
