package io.github.exactlyonce.contracts.http;

import java.net.URI;
import java.util.Locale;
import org.springframework.http.HttpStatus;

/**
 * Every type of problem that both services answer with, beyond the plain errors of HTTP. A type never changes its name, status or
 * meaning: clients decide by it. What it means, and what to do, says {@code docs/problems.md}; which requests are answered with it,
 * the services' {@code openapi.yaml}. Tests hold the three together.
 */
public enum ProblemType {
    INVALID_INPUT(HttpStatus.BAD_REQUEST, "Invalid input"),
    BODY_TOO_LARGE(HttpStatus.CONTENT_TOO_LARGE, "Body too large"),
    UNAUTHORIZED(HttpStatus.UNAUTHORIZED, "Unauthorized"),
    FORBIDDEN(HttpStatus.FORBIDDEN, "Forbidden"),
    CROSS_SITE(HttpStatus.FORBIDDEN, "A page of another site asks"),
    UNKNOWN_HOST(HttpStatus.FORBIDDEN, "Not a name of this service"),
    TOO_MANY_REQUESTS(HttpStatus.TOO_MANY_REQUESTS, "Too many requests"),
    ISSUER_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "Issuer unavailable"),
    REDIS_UNAVAILABLE(HttpStatus.SERVICE_UNAVAILABLE, "Redis is unavailable"),
    DAMAGED_DATA(HttpStatus.INTERNAL_SERVER_ERROR, "Damaged data in Redis"),
    UNEXPECTED(HttpStatus.INTERNAL_SERVER_ERROR, "Unexpected error"),

    UNKNOWN_ORDER(HttpStatus.NOT_FOUND, "Unknown order"),
    ORDER_CONFLICT(HttpStatus.CONFLICT, "Order id already used"),
    ORDER_REJECTED(HttpStatus.CONFLICT, "Order was rejected"),
    DURABILITY_NOT_REACHED(HttpStatus.SERVICE_UNAVAILABLE, "Durability not reached"),
    TOO_MANY_STREAMS(HttpStatus.SERVICE_UNAVAILABLE, "Too many streams"),
    TOO_MANY_WATCHERS(HttpStatus.SERVICE_UNAVAILABLE, "Too many watchers"),
    INVENTORY_UNREACHABLE(HttpStatus.BAD_GATEWAY, "Inventory service not reachable"),

    UNKNOWN_SKU(HttpStatus.NOT_FOUND, "Unknown SKU"),
    RESTOCK_CONFLICT(HttpStatus.CONFLICT, "Restock id is taken"),
    UNKNOWN_JOB(HttpStatus.NOT_FOUND, "Unknown job"),
    JOB_CONFLICT(HttpStatus.CONFLICT, "Job id already used"),
    JOB_ENDED(HttpStatus.CONFLICT, "Job has ended"),
    ORDER_JOB(HttpStatus.CONFLICT, "Job of an order"),
    UNKNOWN_DEAD_LETTER(HttpStatus.NOT_FOUND, "Unknown dead letter"),
    DEAD_LETTER_KEPT(HttpStatus.CONFLICT, "Dead letter cannot be replayed"),
    UNKNOWN_WAREHOUSE(HttpStatus.NOT_FOUND, "Unknown warehouse");

    private final HttpStatus status;
    private final String title;
    private final URI uri = URI.create("urn:exactly-once:problem:" + text());

    ProblemType(HttpStatus status, String title) {
        this.status = status;
        this.title = title;
    }

    /** The last part of its URI: {@code invalid-input}. */
    public String text() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** {@code urn:exactly-once:problem:invalid-input}. */
    public URI uri() {
        return uri;
    }

    public HttpStatus status() {
        return status;
    }

    /** In a few words, for a person to read. */
    public String title() {
        return title;
    }
}
