package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.inventory.jobs.JobHandler.ExactlyOnce;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.springframework.stereotype.Component;
import org.springframework.util.Assert;

/** The kinds of work that this replica knows. */
@Component
final class JobHandlers {

    private final Map<String, JobHandler> byKind = new TreeMap<>();

    JobHandlers(List<JobHandler> handlers) {
        for (JobHandler handler : handlers) {
            String kind = handler.kind();
            Assert.state(kind.matches("[a-z][a-z0-9-]*"), () -> "not a kind of job, such as \"restock\": " + kind);
            JobHandler other = byKind.put(kind, handler);
            Assert.state(other == null, () -> "two handlers for the jobs of kind " + kind);
        }
    }

    Optional<JobHandler> of(String kind) {
        return Optional.ofNullable(byKind.get(kind));
    }

    List<String> kinds() {
        return List.copyOf(byKind.keySet());
    }

    /** Those that need a worker thread. */
    List<String> kindsOutsideRedis() {
        return byKind.values().stream()
                .filter(handler -> !(handler instanceof ExactlyOnce))
                .map(JobHandler::kind)
                .toList();
    }
}
