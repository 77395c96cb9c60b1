package io.github.exactlyonce.inventory.jobs;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The fields of {@code job:{main}:<id>}. The hash is also the dedup record of its id. It has no TTL while the job is
 * scheduled; then {@code inventory.retention}.
 *
 * <table>
 * <caption>Fields of the hash</caption>
 * <tr><td>{@code work}</td><td>the member of {@code jobs:{main}}; a script touches the record of no other work</td></tr>
 * <tr><td>{@code status}</td><td>{@link JobStatus}</td></tr>
 * <tr><td>{@code schedule}</td><td>what was asked for: {@link Schedule#text()}</td></tr>
 * <tr><td>{@code scheduledAt}, {@code lastRunAt}</td><td>Unix milliseconds by Redis's clock</td></tr>
 * <tr><td>{@code runs}</td><td>that came to their end; none if absent</td></tr>
 * <tr><td>{@code lastRunBy}</td><td>the owner token of the last run: {@code <replica>/<nonce>}</td></tr>
 * <tr><td>{@code lastError}</td><td>why the last attempt failed; absent after a run</td></tr>
 * <tr><td>{@code movedBy}</td><td>the token of the last request that moved it</td></tr>
 * <tr><td>all others</td><td>the {@link JobHandler}'s: what the job is about</td></tr>
 * </table>
 */
final class JobRecord {

    static final String WORK = "work";
    static final String STATUS = "status";
    static final String SCHEDULE = "schedule";
    static final String SCHEDULED_AT = "scheduledAt";
    static final String RUNS = "runs";
    static final String LAST_RUN_AT = "lastRunAt";
    static final String LAST_RUN_BY = "lastRunBy";
    static final String LAST_ERROR = "lastError";
    static final String MOVED_BY = "movedBy";

    /** Not for handlers. */
    static final Set<String> RESERVED =
            Set.of(WORK, STATUS, SCHEDULE, SCHEDULED_AT, RUNS, LAST_RUN_AT, LAST_RUN_BY, LAST_ERROR, MOVED_BY);

    private JobRecord() {}

    /** The handler's fields. */
    static Map<String, String> content(Map<String, String> record) {
        Map<String, String> content = new HashMap<>(record);
        content.keySet().removeAll(RESERVED);
        return content;
    }
}
