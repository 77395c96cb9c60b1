package io.github.exactlyonce.inventory.jobs;

import io.github.exactlyonce.contracts.InvalidInputException;
import io.github.exactlyonce.contracts.JsonInput;
import io.github.exactlyonce.contracts.Warehouse;
import io.github.exactlyonce.contracts.http.BoundedBody;
import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.WarehouseParameter;
import io.github.exactlyonce.inventory.Replica;
import jakarta.servlet.http.HttpServletRequest;
import java.net.URI;
import java.util.Map;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.util.unit.DataSize;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.ResponseStatus;
import org.springframework.web.bind.annotation.RestController;

/** Scheduling over HTTP. Declares what it produces, so that a client that cannot read JSON is refused before anything happens. */
@RestController
@RequestMapping(path = "/jobs", produces = MediaType.APPLICATION_JSON_VALUE)
class JobController {

    private static final int MAX_PAGE = 1000;
    private static final DataSize MAX_BODY = DataSize.ofKilobytes(64);

    private final JobBook jobs;
    private final JobList list;
    private final JobHandlers handlers;
    private final JobLog log;
    private final Replica replica;

    JobController(JobBook jobs, JobList list, JobHandlers handlers, JobLog log, Replica replica) {
        this.jobs = jobs;
        this.list = list;
        this.handlers = handlers;
        this.log = log;
        this.replica = replica;
    }

    /** 201 if the job is new, 200 if the same one was scheduled before, whatever has become of it, 409 for another one. */
    @PostMapping(consumes = MediaType.APPLICATION_JSON_VALUE)
    ResponseEntity<JobView> schedule(Warehouse warehouse, HttpServletRequest http) {
        JobRequest request = JobRequest.read(BoundedBody.read(http, MAX_BODY), handlers, () -> jobs.now(warehouse));
        JobAnswer answer = schedule(warehouse, request);
        return switch (answer.outcome()) {
            case NEW -> {
                log.scheduled(request.kind());
                yield ResponseEntity.created(location(warehouse, request.jobId()))
                        .body(answer.job());
            }
            case EXISTING -> {
                if (!answer.isOf(request)) {
                    throw JobProblems.conflict(request.jobId());
                }
                yield ResponseEntity.ok(answer.job());
            }
            case TOO_LATE -> throw JobProblems.tooLate();
            case FOUND, CHANGED, ENDED, ORDERS_JOB, UNKNOWN -> throw new IllegalStateException(answer.toString());
        };
    }

    @GetMapping
    JobList.Page page(
            Warehouse warehouse,
            @RequestParam(defaultValue = "") String after,
            @RequestParam(defaultValue = "100") int limit) {
        if (limit < 1 || limit > MAX_PAGE) {
            throw new InvalidInputException("limit", "must be from 1 to " + MAX_PAGE);
        }
        return list.page(warehouse, JobCursor.parse(after), limit);
    }

    @GetMapping("/{id}")
    JobView read(Warehouse warehouse, @PathVariable String id) {
        JobAnswer answer = jobs.find(warehouse, checked(id));
        if (answer.outcome() == JobAnswer.Outcome.UNKNOWN) {
            throw JobProblems.unknown(id);
        }
        return answer.job();
    }

    @PatchMapping(path = "/{id}", consumes = MediaType.APPLICATION_JSON_VALUE)
    JobView move(Warehouse warehouse, @PathVariable String id, HttpServletRequest http) {
        checked(id);
        JsonInput input = JsonInput.read("body", BoundedBody.read(http, MAX_BODY));
        Schedule schedule = Schedule.readOnce(input);
        input.refuseOtherFields();
        input.refuseIfInvalid();
        JobAnswer answer = move(warehouse, id, schedule);
        return switch (answer.outcome()) {
            case CHANGED -> answer.job();
            case ENDED -> throw JobProblems.ended(id);
            case ORDERS_JOB -> throw JobProblems.ordersJob(id);
            case UNKNOWN -> throw JobProblems.unknown(id);
            case TOO_LATE -> throw JobProblems.tooLate();
            case NEW, EXISTING, FOUND -> throw new IllegalStateException(answer.toString());
        };
    }

    /** What this means for a job that is being worked on: {@link JobBook#cancel}. */
    @DeleteMapping("/{id}")
    @ResponseStatus(HttpStatus.NO_CONTENT)
    void cancel(Warehouse warehouse, @PathVariable String id) {
        JobAnswer.Outcome outcome = jobs.cancel(warehouse, checked(id));
        switch (outcome) {
            case CHANGED -> {}
            case ENDED -> throw JobProblems.ended(id);
            case ORDERS_JOB -> throw JobProblems.ordersJob(id);
            case UNKNOWN -> throw JobProblems.unknown(id);
            case NEW, EXISTING, FOUND, TOO_LATE -> throw new IllegalStateException(outcome.toString());
        }
    }

    private static URI location(Warehouse warehouse, String jobId) {
        String query = warehouse.isMain() ? "" : "?" + WarehouseParameter.NAME + "=" + warehouse;
        return URI.create("/jobs/" + jobId + query);
    }

    private JobAnswer schedule(Warehouse warehouse, JobRequest request) {
        try {
            return jobs.schedule(warehouse, request);
        } catch (DataAccessException e) {
            throw ProblemAdvice.unavailable(
                    "Repeating the request with jobId " + request.jobId()
                            + " is safe: it is scheduled once, however often" + " it is sent.",
                    Map.of("jobId", request.jobId()),
                    e);
        }
    }

    private JobAnswer move(Warehouse warehouse, String id, Schedule schedule) {
        try {
            return jobs.move(warehouse, id, schedule, replica.newOwnerToken());
        } catch (DataAccessException e) {
            throw ProblemAdvice.unavailable(
                    "Look at the job before you repeat the request: it may have been moved, and if it recurs, have run"
                            + " since.",
                    Map.of("jobId", id),
                    e);
        }
    }

    private static String checked(String id) {
        if (!JsonInput.isId(id)) {
            throw new InvalidInputException("id", JsonInput.ID_RULE);
        }
        return id;
    }
}
