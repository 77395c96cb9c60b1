package io.github.exactlyonce.contracts.security;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jose.util.JSONObjectUtils;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.security.oauth2.server.resource.autoconfigure.OAuth2ResourceServerAutoConfiguration;
import org.springframework.boot.test.context.runner.WebApplicationContextRunner;
import org.springframework.boot.web.server.autoconfigure.ServerProperties;
import org.springframework.security.authentication.AuthenticationServiceException;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.server.resource.authentication.BearerTokenAuthenticationToken;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationProvider;

/** What {@link Refusals} answers with 503. */
class UnreachableIssuerTest {

    /** Of an issuer that nobody knows, and signed by nobody, as anybody can write it: {"alg":"RS256","kid":"invented"} and {}. */
    private static final String NONSENSE = "eyJhbGciOiJSUzI1NiIsImtpZCI6ImludmVudGVkIn0.e30.AAAA";

    private final WebApplicationContextRunner service = new WebApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(OAuth2ResourceServerAutoConfiguration.class))
            .withUserConfiguration(Door.class)
            .withPropertyValues("security.mode=jwt", jwt("audiences", "orders"));

    @EnableConfigurationProperties(ServerProperties.class)
    static class Door extends HttpDoor {}

    @Test
    void anIssuerThatDoesNotSayWhereItsKeysAreIsNoUnexpectedError() {
        service.withPropertyValues(jwt("issuer-uri", "http://127.0.0.1:1"))
                .run(started -> assertUnavailable(started.getBean(JwtDecoder.class)));
    }

    /** Each of them would otherwise wait for 30 s, and one after the other. */
    @ParameterizedTest
    @ValueSource(strings = {"issuer-uri", "jwk-set-uri"})
    void anIssuerThatSaysNothingIsNotWaitedForLongAndNotByEachToken(String asked) throws IOException {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            service.withPropertyValues(
                            jwt("issuer-uri", "https://id.example"),
                            jwt(asked, "http://127.0.0.1:" + silent.getLocalPort()))
                    .run(started -> {
                        JwtDecoder decoder = started.getBean(JwtDecoder.class);
                        long start = System.nanoTime();
                        IntStream.range(0, 20).parallel().forEach(i -> assertUnavailable(decoder));

                        assertThat(Duration.ofNanos(System.nanoTime() - start))
                                .isLessThan(IssuerRequests.TIMEOUT.multipliedBy(4));
                    });
        }
    }

    /** Within the pause: none of it is asked twice. */
    @Test
    void anIssuerThatSaysWhereItsKeysAreIsAskedOnceForEach() throws Exception {
        RSAKey key = new RSAKeyGenerator(2048).keyID("one").generate();
        HttpServer issuer = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        String uri = "http://127.0.0.1:" + issuer.getAddress().getPort();
        answer(issuer, "/.well-known/openid-configuration", Map.of("issuer", uri, "jwks_uri", uri + "/keys"));
        answer(issuer, "/keys", new JWKSet(key.toPublicJWK()).toJSONObject());
        issuer.start();
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(),
                new JWTClaimsSet.Builder()
                        .subject("a")
                        .issuer(uri)
                        .audience("orders")
                        .build());
        token.sign(new RSASSASigner(key));
        try {
            service.withPropertyValues(jwt("issuer-uri", uri)).run(started -> {
                JwtDecoder decoder = started.getBean(JwtDecoder.class);
                for (int i = 0; i < 2; i++) {
                    assertThat(decoder.decode(token.serialize()).getSubject()).isEqualTo("a");
                }
            });
        } finally {
            issuer.stop(0);
        }
    }

    private static void answer(HttpServer issuer, String path, Map<String, Object> json) {
        byte[] body = JSONObjectUtils.toJSONString(json).getBytes(UTF_8);
        issuer.createContext(path, exchange -> {
            exchange.getResponseHeaders().add("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
    }

    private static void assertUnavailable(JwtDecoder decoder) {
        var tokens = new JwtAuthenticationProvider(Authentication.askingTheIssuer(decoder));

        assertThatThrownBy(() -> tokens.authenticate(new BearerTokenAuthenticationToken(NONSENSE)))
                .isInstanceOf(AuthenticationServiceException.class);
    }

    private static String jwt(String name, String value) {
        return "spring.security.oauth2.resourceserver.jwt." + name + "=" + value;
    }
}
