package io.github.exactlyonce.contracts.security;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.http.HttpRequest;
import org.springframework.http.client.ClientHttpRequestExecution;
import org.springframework.http.client.ClientHttpRequestInterceptor;
import org.springframework.http.client.ClientHttpResponse;
import org.springframework.http.client.SimpleClientHttpRequestFactory;
import org.springframework.web.client.RestOperations;
import org.springframework.web.client.RestTemplate;

/**
 * Where the issuer's keys are, and the keys. They are asked for whenever a token comes that names one which is not known, be it nonsense; so the
 * issuer gets little time to answer, and is not asked the same again before {@link #PAUSE} is over, whatever it answered or did not.
 */
final class IssuerRequests implements ClientHttpRequestInterceptor {

    static final Duration TIMEOUT = Duration.ofSeconds(2);
    static final Duration PAUSE = Duration.ofSeconds(10);

    /** Of the few addresses that an issuer has. */
    private final Map<URI, Long> askedAt = new ConcurrentHashMap<>();

    static RestOperations restOperations() {
        SimpleClientHttpRequestFactory connections = new SimpleClientHttpRequestFactory();
        connections.setConnectTimeout(TIMEOUT);
        connections.setReadTimeout(TIMEOUT);
        RestTemplate rest = new RestTemplate(connections);
        rest.getInterceptors().add(new IssuerRequests());
        return rest;
    }

    @Override
    public ClientHttpResponse intercept(HttpRequest request, byte[] body, ClientHttpRequestExecution execution)
            throws IOException {
        long now = System.nanoTime();
        Long before = askedAt.get(request.getURI());
        if (before != null && now - before < PAUSE.toNanos()) {
            throw new AskedJustNow();
        }
        askedAt.put(request.getURI(), now);
        return execution.execute(request, body);
    }

    static final class AskedJustNow extends IOException {

        private static final long serialVersionUID = 1;

        AskedJustNow() {
            super("it was asked less than " + PAUSE.toSeconds() + " s ago");
        }
    }
}
