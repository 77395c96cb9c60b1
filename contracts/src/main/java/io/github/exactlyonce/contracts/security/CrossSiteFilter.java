package io.github.exactlyonce.contracts.security;

import io.github.exactlyonce.contracts.http.ProblemAdvice;
import io.github.exactlyonce.contracts.http.ProblemType;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ServletException;
import jakarta.servlet.http.HttpFilter;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.ErrorResponseException;

/**
 * Keeps other people's pages in a browser on this machine, or inside a company's network, from asking a service that the browser reaches
 * and they do not. Browsers say in {@code Origin} and {@code Sec-Fetch-Site} (Fetch Metadata) whose page asks; what no browser sent has
 * neither, and passes. A link to the console may be anywhere.
 *
 * <p>Where a service listens to its own machine alone, and asks for no key, a page could still come by a name of its own that it has let point
 * here (DNS rebinding): to the browser that is no other site. So there, and wherever {@code security.hosts} are set, a request must be for a name
 * that the service has.
 */
final class CrossSiteFilter extends HttpFilter {

    private static final Set<String> OWN_NAMES = Set.of("localhost", "127.0.0.1", "[::1]");

    private static final String SITE = "Sec-Fetch-Site";
    private static final String MODE = "Sec-Fetch-Mode";
    private static final String DESTINATION = "Sec-Fetch-Dest";
    private static final Set<String> OWN_SITE = Set.of("same-origin", "none"); // none: typed by the user
    private static final String NO_SNIFFING = "X-Content-Type-Options";

    private final Set<String> origins;
    private final @Nullable Set<String> hosts;
    private final Problems problems;

    /**
     * @param origins that may ask all the same
     * @param hosts beside this machine's own names; null if any will do
     */
    CrossSiteFilter(Set<String> origins, @Nullable Set<String> hosts, Problems problems) {
        this.origins = origins;
        this.hosts = hosts;
        this.problems = problems;
    }

    @Override
    protected void doFilter(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        response.setHeader(NO_SNIFFING, "nosniff"); // what is JSON is never run as a script
        String host = request.getHeader(HttpHeaders.HOST);
        if (hosts != null && host != null && !isOurs(host)) {
            problems.answer(request, response, unknownHost());
        } else if (isFromAnotherSite(request, host)) {
            problems.answer(request, response, crossSite());
        } else {
            chain.doFilter(request, response);
        }
    }

    private boolean isOurs(String host) {
        int colon = host.lastIndexOf(':');
        boolean hasPort = colon > host.lastIndexOf(']'); // and not within an IPv6 address
        String name = (hasPort ? host.substring(0, colon) : host).toLowerCase(Locale.ROOT);
        return OWN_NAMES.contains(name) || (hosts != null && hosts.contains(name));
    }

    private boolean isFromAnotherSite(HttpServletRequest request, @Nullable String host) {
        String origin = request.getHeader(HttpHeaders.ORIGIN);
        if (origin != null) {
            return !origins.contains(origin)
                    && !origin.equalsIgnoreCase("http://" + host)
                    && !origin.equalsIgnoreCase("https://" + host);
        }
        String site = request.getHeader(SITE);
        return site != null && !OWN_SITE.contains(site) && !isLink(request);
    }

    /** That somebody follows, and not a frame, which a page opens by itself and as many as it likes. */
    private static boolean isLink(HttpServletRequest request) {
        String destination = request.getHeader(DESTINATION);
        return request.getMethod().equals(HttpMethod.GET.name())
                && "navigate".equals(request.getHeader(MODE))
                && (destination == null || destination.equals("document"));
    }

    private static ErrorResponseException crossSite() {
        return ProblemAdvice.problem(
                ProblemType.CROSS_SITE,
                "Browsers may ask from this service's own pages, and from those in security.cors-origins. A proxy in front of the service "
                        + "must hand the Host header on.",
                Map.of());
    }

    private static ErrorResponseException unknownHost() {
        return ProblemAdvice.problem(
                ProblemType.UNKNOWN_HOST,
                "The service answers to localhost, 127.0.0.1, [::1] and security.hosts.",
                Map.of());
    }
}
