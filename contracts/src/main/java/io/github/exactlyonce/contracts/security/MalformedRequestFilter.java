package io.github.exactlyonce.contracts.security;

import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import org.apache.tomcat.util.http.InvalidParameterException;
import org.springframework.security.web.firewall.HttpFirewall;
import org.springframework.security.web.firewall.RequestRejectedException;
import org.springframework.security.web.firewall.StrictHttpFirewall;
import org.springframework.web.ErrorResponseException;

/**
 * Answers 400 to paths that are none, such as those with {@code /../}, {@code //} or {@code %2e}, which the web server and Spring understand
 * differently; with keys and without.
 */
final class MalformedRequestFilter extends HttpFilter {

    private final HttpFirewall paths;
    private final Problems problems;

    MalformedRequestFilter(HttpFirewall paths, Problems problems) {
        this.paths = paths;
        this.problems = problems;
    }

    /** Of paths alone. What a header, a parameter or a method may be, who reads it says, and not where it is read. */
    static HttpFirewall paths() {
        StrictHttpFirewall paths = new StrictHttpFirewall();
        paths.setAllowedHeaderValues(value -> true);
        paths.setAllowedParameterNames(name -> true);
        paths.setUnsafeAllowAnyHttpMethod(true);
        return paths;
    }

    static ErrorResponseException pathNotAllowed() {
        return ProblemAdvice.problem(ProblemType.INVALID_INPUT, "This path is not allowed.", Map.of());
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        try {
            paths.getFirewalledRequest(request);
        } catch (RequestRejectedException e) {
            problems.answer(request, response, pathNotAllowed());
            return;
        }
        try {
            chain.doFilter(request, response);
        } catch (ServletException e) {
            if (e.getCause() instanceof InvalidParameterException query) { // read for Spring's log
                problems.answer(request, response, query);
            } else {
                throw e;
            }
        }
    }
}
