package io.github.exactlyonce.contracts.security;

import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.http.HttpHeaders;
import org.springframework.security.access.AccessDeniedException;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.core.AuthenticationException;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.web.AuthenticationEntryPoint;
import org.springframework.security.web.access.AccessDeniedHandler;
import org.springframework.web.ErrorResponseException;

/** Says what is missing, in the words of RFC 6750 and as a problem, and never what was sent. */
final class Refusals implements AuthenticationEntryPoint, AccessDeniedHandler {

    private static final String CHALLENGE = "Bearer realm=\"orders\"";

    private static final Logger log = LoggerFactory.getLogger(Refusals.class);

    private final Problems problems;

    Refusals(Problems problems) {
        this.problems = problems;
    }

    /** 401 without a key or token, or with one that does not count; 503 if nobody can say. */
    @Override
    public void commence(HttpServletRequest request, HttpServletResponse response, AuthenticationException reason) {
        if (reason instanceof AuthenticationServiceException) {
            if (!(NestedExceptionUtils.getRootCause(reason)
                    instanceof IssuerRequests.AskedJustNow)) { // else a stranger writes the log
                log.warn("The issuer of the tokens cannot be asked for its keys: {}", reason.getMessage());
            }
            problems.answer(request, response, ProblemAdvice.issuerUnavailable(IssuerRequests.PAUSE));
        } else if (reason instanceof OAuth2AuthenticationException) {
            refuse(
                    request,
                    response,
                    CHALLENGE + ", error=\"invalid_token\"",
                    unauthorized(
                            "The key is not known here, or the token has expired, is of another issuer or for another audience, "
                                    + "or is not signed by its issuer."));
        } else {
            refuse(request, response, CHALLENGE, unauthorized("Send a key or a token as Authorization: Bearer."));
        }
    }

    /** 403: known, and not allowed to. */
    @Override
    public void handle(HttpServletRequest request, HttpServletResponse response, AccessDeniedException reason) {
        refuse(
                request,
                response,
                CHALLENGE + ", error=\"insufficient_scope\"",
                ProblemAdvice.problem(
                        ProblemType.FORBIDDEN,
                        "This key or token has not the role for it: read for GET, place for placing and cancelling orders, operate for the rest.",
                        Map.of()));
    }

    private void refuse(
            HttpServletRequest request,
            HttpServletResponse response,
            String challenge,
            ErrorResponseException problem) {
        problem.getHeaders().set(HttpHeaders.WWW_AUTHENTICATE, challenge);
        problems.answer(request, response, problem);
    }

    private static ErrorResponseException unauthorized(String detail) {
        return ProblemAdvice.problem(ProblemType.UNAUTHORIZED, detail, Map.of());
    }
}
