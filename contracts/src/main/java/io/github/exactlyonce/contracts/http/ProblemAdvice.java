package io.github.exactlyonce.contracts.http;

import io.github.exactlyonce.contracts.InvalidInputException;
import java.time.Duration;
import java.util.Map;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.dao.DataAccessException;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ProblemDetail;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;
import org.springframework.web.servlet.mvc.method.annotation.ResponseEntityExceptionHandler;

/**
 * Every error of both services is a problem detail (RFC 9457). What is ours carries a {@link ProblemType}; plain HTTP errors, such as 405, keep Spring's.
 */
@RestControllerAdvice
public class ProblemAdvice extends ResponseEntityExceptionHandler {

    /** How long a client should wait before it tries again while Redis cannot be reached. */
    private static final Duration RETRY_AFTER = Duration.ofSeconds(1);

    /** Somewhere in Redis's answer, if a key is of another type than a command wants. */
    private static final String WRONG_TYPE = "WRONGTYPE";

    private static final Logger log = LoggerFactory.getLogger(ProblemAdvice.class);

    /**
     * A problem to throw.
     *
     * @param properties members beyond the standard ones
     */
    public static ErrorResponseException problem(ProblemType type, String detail, Map<String, ?> properties) {
        return new ErrorResponseException(type.status(), detail(type, detail, properties), null);
    }

    /**
     * 503 with {@code Retry-After}: Redis did not answer in time, so it is not known whether the request took effect, or
     * it refused to write, as it does when it is out of memory or a replica. But 500 if a key is of another type than it
     * should be, for then nobody need repeat the request.
     *
     * @param advice says why, and with which id, the request can be repeated
     */
    public static ErrorResponseException unavailable(String advice, Map<String, ?> properties, Throwable cause) {
        String reason =
                String.valueOf(NestedExceptionUtils.getMostSpecificCause(cause).getMessage());
        if (reason.contains(WRONG_TYPE)) {
            return damaged(reason, properties, cause);
        }
        log.warn("Redis is unavailable: {} {}", reason, properties);
        return retryable(
                ProblemType.REDIS_UNAVAILABLE,
                "Redis did not answer in time, or refused to. " + advice,
                properties,
                cause);
    }

    /** A hand has written to Redis. */
    private static ErrorResponseException damaged(String reason, Map<String, ?> properties, Throwable cause) {
        log.error("Damaged data in Redis: {}", reason);
        ProblemDetail body = detail(
                ProblemType.DAMAGED_DATA,
                "A key in Redis is of another type than it should be, and repeating the request does not help. Redis says: "
                        + reason,
                properties);
        return new ErrorResponseException(ProblemType.DAMAGED_DATA.status(), body, cause);
    }

    /** With {@code Retry-After}. */
    public static ErrorResponseException retryable(
            ProblemType type, String detail, Map<String, ?> properties, @Nullable Throwable cause) {
        return retryAfter(
                RETRY_AFTER, new ErrorResponseException(type.status(), detail(type, detail, properties), cause));
    }

    /** 503 with {@code Retry-After}: what a token says cannot be checked before the issuer may be asked again. */
    public static ErrorResponseException issuerUnavailable(Duration wait) {
        return retryAfter(
                wait,
                problem(
                        ProblemType.ISSUER_UNAVAILABLE,
                        "The keys of the tokens' issuer cannot be had. Repeating this request is safe.",
                        Map.of()));
    }

    /** 429 with {@code Retry-After}. */
    public static ErrorResponseException tooManyRequests(Duration wait) {
        return retryAfter(
                wait,
                problem(
                        ProblemType.TOO_MANY_REQUESTS,
                        "This client has asked more often than security.requests-per-second allows.",
                        Map.of()));
    }

    private static ErrorResponseException retryAfter(Duration wait, ErrorResponseException problem) {
        long wholeSeconds = wait.plusNanos(999_999_999).toSeconds();
        problem.getHeaders().set(HttpHeaders.RETRY_AFTER, String.valueOf(wholeSeconds));
        return problem;
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> invalidInput(InvalidInputException e) {
        return ResponseEntity.badRequest()
                .body(detail(ProblemType.INVALID_INPUT, e.getMessage(), Map.of("errors", e.problems())));
    }

    /** Tomcat decodes the query when the first parameter is asked for. */
    @ExceptionHandler
    ResponseEntity<ProblemDetail> unreadableQuery(InvalidParameterException e) {
        return invalidInput(new InvalidInputException("query", "must be UTF-8 and percent-encoded"));
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> redisUnavailable(DataAccessException e) {
        ErrorResponseException problem = unavailable("Repeating this request is safe.", Map.of(), e);
        return ResponseEntity.status(problem.getStatusCode())
                .headers(problem.getHeaders())
                .body(problem.getBody());
    }

    @ExceptionHandler
    ResponseEntity<ProblemDetail> unexpected(RuntimeException e) {
        log.error("Unexpected error", e);
        return ResponseEntity.internalServerError()
                .body(detail(ProblemType.UNEXPECTED, "The log of the service has the details.", Map.of()));
    }

    private static ProblemDetail detail(ProblemType type, @Nullable String detail, Map<String, ?> properties) {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(type.status(), detail);
        problem.setType(type.uri());
        problem.setTitle(type.title());
        properties.forEach(problem::setProperty);
        return problem;
    }
}
