package io.github.exactlyonce.contracts.security;

import io.github.exactlyonce.contracts.http.ProblemAdvice;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.security.Principal;
import java.time.Duration;

/** Answers 429 to who asks more often than {@code security.requests-per-second}. */
final class RequestRateFilter extends HttpFilter {

    private final RequestRate rate;
    private final Problems problems;

    RequestRateFilter(RequestRate rate, Problems problems) {
        this.rate = rate;
        this.problems = problems;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        Principal principal = request.getUserPrincipal();
        Duration wait = rate.request(principal == null ? request.getRemoteAddr() : principal.getName());
        if (wait.isZero()) {
            chain.doFilter(request, response);
        } else {
            problems.answer(request, response, ProblemAdvice.tooManyRequests(wait));
        }
    }
}
