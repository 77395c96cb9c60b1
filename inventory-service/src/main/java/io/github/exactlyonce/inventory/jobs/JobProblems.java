package io.github.exactlyonce.inventory.jobs;

import static io.github.exactlyonce.contracts.http.ProblemAdvice.problem;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.http.ProblemType;
import java.util.Map;

/** Why a request for a job is refused. */
final class JobProblems {

    private JobProblems() {}

    static RuntimeException unknown(String jobId) {
        return problem(ProblemType.UNKNOWN_JOB, "There is no job " + jobId + ".", Map.of("jobId", jobId));
    }

    static RuntimeException conflict(String jobId) {
        return problem(
                ProblemType.JOB_CONFLICT,
                "Job " + jobId
                        + " was scheduled with other content or for another time. Another job needs another jobId.",
                Map.of("jobId", jobId));
    }

    static RuntimeException ended(String jobId) {
        return problem(
                ProblemType.JOB_ENDED,
                "Job " + jobId + " has ended; GET /jobs/" + jobId + " shows how.",
                Map.of("jobId", jobId));
    }

    static RuntimeException ordersJob(String jobId) {
        return problem(
                ProblemType.ORDER_JOB,
                "This job is what settles order " + jobId + ". Orders are neither moved nor cancelled here.",
                Map.of("jobId", jobId));
    }

    static RuntimeException tooLate() {
        return new InvalidInputException("delay", "must end before the year 2200");
    }
}
