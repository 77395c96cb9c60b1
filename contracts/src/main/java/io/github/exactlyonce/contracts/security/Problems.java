package io.github.exactlyonce.contracts.security;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.web.servlet.HandlerExceptionResolver;

/** Answers from a filter as {@link io.github.exactlyonce.contracts.http.ProblemAdvice} does from a controller. */
final class Problems {

    private final ObjectProvider<HandlerExceptionResolver> resolver;

    /** @param resolver first asked when there is a problem: filters are made before most of what it needs */
    Problems(ObjectProvider<HandlerExceptionResolver> resolver) {
        this.resolver = resolver;
    }

    void answer(HttpServletRequest request, HttpServletResponse response, RuntimeException problem) {
        if (resolver.getObject().resolveException(request, response, null, problem) == null) {
            throw problem;
        }
    }
}
