package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.Warehouse;
import java.util.Map;

/**
 * A job that a worker works on.
 *
 * @param member the work, such as {@code email 42}
 * @param attempts with this one
 * @param fields of {@code job:{main}:<id>}: what {@link JobHandler#describe} stored, and its state; empty if the member
 *     was added to the set by hand
 */
public record Job(Warehouse warehouse, String member, int attempts, Map<String, String> fields) {

    /** What comes after the kind. */
    public String arguments() {
        return Claim.argumentsOf(member);
    }
}
