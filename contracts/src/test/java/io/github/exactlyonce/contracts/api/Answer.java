package io.github.exactlyonce.contracts.api;

import java.net.http.HttpHeaders;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a service answered.
 *
 * @param body null if the request was one for no body
 */
record Answer(int status, HttpHeaders headers, @Nullable String body) {

    static final String PROBLEM = "application/problem+json";

    String contentType() {
        return headers.firstValue("Content-Type").orElse("").replaceFirst(";.*", "");
    }

    boolean isProblem() {
        return contentType().equals(PROBLEM);
    }

    /** Refused by the HTTP server before it reached the service. */
    boolean isOfTheServer() {
        return status == 400 && contentType().equals("text/html");
    }

    JsonNode json() {
        return JsonMapper.shared().readTree(body);
    }

    /** The status, and of a problem the last part of its type: {@code 409 order-conflict}. */
    String reason() {
        return isProblem() && body != null ? status + " " + typeOf(json()) : String.valueOf(status);
    }

    static String typeOf(JsonNode problem) {
        String type = problem.path("type").asString("");
        return type.isEmpty() ? "plain" : type.substring(type.lastIndexOf(':') + 1);
    }

    @Override
    public String toString() {
        return status + " " + headers.map() + "\n" + body;
    }
}
