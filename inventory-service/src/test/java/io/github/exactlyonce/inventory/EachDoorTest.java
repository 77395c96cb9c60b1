package io.github.exactlyonce.inventory;

import static io.github.exactlyonce.contracts.api.Doors.ANYONE;
import static io.github.exactlyonce.contracts.api.Doors.OPERATORS;
import static io.github.exactlyonce.contracts.api.Doors.READERS;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWT;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import io.github.exactlyonce.contracts.api.Doors;
import io.github.exactlyonce.contracts.redis.RedisProcess;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.context.ApplicationContext;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** With tokens of an issuer: who may do what, asked of each door that there is. On a Redis of its own: this is one more replica. */
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "security.mode=jwt",
            "security.requests-per-second=40",
            "spring.security.oauth2.resourceserver.jwt.issuer-uri=https://id.example",
            "spring.security.oauth2.resourceserver.jwt.audiences=orders",
            "logging.level.io.github.exactlyonce=trace",
            "logging.level.org.springframework.security=trace",
            "logging.level.org.springframework.web=trace" // the log is looked through for tokens
        })
@ExtendWith(OutputCaptureExtension.class)
@DirtiesContext
class EachDoorTest {

    /** Who may. A door that is not in here fails the test: say who may, and, if it is not the rule, say it in the service too. */
    private static final Map<String, Set<String>> DOORS = Map.ofEntries(
            Map.entry("GET /docs", ANYONE),
            Map.entry("GET /docs/{name}", ANYONE),
            Map.entry("GET /openapi.yaml", ANYONE),
            Map.entry("GET /asyncapi.yaml", ANYONE),
            Map.entry("GET /actuator/health", ANYONE),
            Map.entry("GET /actuator/health/**", ANYONE),
            Map.entry("GET /actuator", READERS),
            Map.entry("GET /actuator/info", READERS),
            Map.entry("GET /actuator/metrics", READERS),
            Map.entry("GET /actuator/metrics/{requiredMetricName}", READERS),
            Map.entry("GET /actuator/prometheus", READERS),
            Map.entry("GET /audit", READERS),
            Map.entry("GET /dead-letters", READERS),
            Map.entry("GET /error", READERS),
            Map.entry("GET /inventory", READERS),
            Map.entry("GET /inventory/{sku}", READERS),
            Map.entry("GET /jobs", READERS),
            Map.entry("GET /jobs/{id}", READERS),
            Map.entry("GET /warehouses", READERS),
            Map.entry("DELETE /audit", OPERATORS),
            Map.entry("DELETE /dead-letters/{id}", OPERATORS),
            Map.entry("DELETE /jobs/{id}", OPERATORS),
            Map.entry("PATCH /jobs/{id}", OPERATORS),
            Map.entry("POST /dead-letters/replay", OPERATORS),
            Map.entry("POST /dead-letters/{id}/replay", OPERATORS),
            Map.entry("POST /error", OPERATORS),
            Map.entry("POST /inventory/{sku}/restocks", OPERATORS),
            Map.entry("POST /jobs", OPERATORS),
            Map.entry("PUT /inventory/{sku}", OPERATORS));

    private static final RedisProcess REDIS = RedisProcess.start();
    private static final RSAKey KEY = rsa("one");
    private static final RSAKey OTHER_KEY = rsa("one"); // says it is the same
    private static volatile int issuerAnswers = 200;
    private static final AtomicInteger issuerWasAsked = new AtomicInteger();
    private static final HttpServer ISSUER = issuer();

    @LocalServerPort
    private int port;

    @Autowired
    private ApplicationContext context;

    @DynamicPropertySource
    static void addresses(DynamicPropertyRegistry properties) {
        properties.add("spring.data.redis.port", REDIS::port);
        properties.add(
                "spring.security.oauth2.resourceserver.jwt.jwk-set-uri",
                () -> "http://127.0.0.1:" + ISSUER.getAddress().getPort() + "/keys");
    }

    @AfterAll
    static void stop() {
        Doors.logAsBefore();
        ISSUER.stop(0);
        REDIS.close();
    }

    @Test
    void eachDoorIsKnown() {
        assertThat(Doors.of(context)).containsExactlyInAnyOrderElementsOf(DOORS.keySet());
    }

    @Test
    void whoHasTheScopeComesInAndNobodyElse() throws Exception {
        Map<String, Integer> wrong = new TreeMap<>();
        for (Map.Entry<String, Set<String>> door : DOORS.entrySet()) {
            Set<String> may = door.getValue();
            int without = status(door.getKey(), null);
            if (may == ANYONE ? without == 401 : without != 401) {
                wrong.put(door.getKey() + " without a token", without);
            }
            for (String role : List.of("read", "place", "operate", "other")) {
                String token = token(claims(door.getKey() + role).claim("scope", "profile orders:" + role), KEY);
                int status = status(door.getKey(), token);
                if (may == ANYONE || may.contains(role) ? status == 401 || status == 403 : status != 403) {
                    wrong.put(door.getKey() + " as " + role, status);
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void aTokenThatIsNotTheIssuersForThisAudienceAndNowIsNone() throws Exception {
        Instant now = Instant.now();
        Map<String, JWT> tokens = Map.of(
                "signed by another key", signed(claims("a"), OTHER_KEY),
                "expired", signed(claims("a").expirationTime(Date.from(now.minusSeconds(120))), KEY),
                "not yet", signed(claims("a").notBeforeTime(Date.from(now.plusSeconds(120))), KEY),
                "of another issuer", signed(claims("a").issuer("https://id.example.org"), KEY),
                "of no issuer", signed(claims("a").issuer(null), KEY),
                "for another audience", signed(claims("a").audience("payments"), KEY),
                "for no audience", signed(claims("a").audience((String) null), KEY),
                "not signed", new PlainJWT(claims("a").build()),
                "signed with the public key as a secret", signedWithThePublicKey());
        Map<String, Integer> wrong = new TreeMap<>();
        for (Map.Entry<String, JWT> token : tokens.entrySet()) {
            int status = status("GET /inventory", token.getValue().serialize());
            if (status != 401) {
                wrong.put(token.getKey(), status);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(status("GET /inventory", token(claims("a"), KEY))).isEqualTo(200);
        assertThat(status("GET /inventory", "eo_operate_0123456789abcdef0123456789abcdef01234567"))
                .as("a key is no token")
                .isEqualTo(401);
    }

    @Test
    void aTokenWhoseKeysCannotBeHadIsNotRefusedForGood() throws Exception {
        assertThat(status("GET /inventory", token(claims("a"), KEY))).isEqualTo(200); // so that key is known
        RSAKey unseen = rsa("unseen"); // so its issuer is asked
        issuerAnswers = 500;
        try {
            HttpResponse<String> answer = send("GET /inventory", token(claims("a"), unseen));

            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.headers().firstValue("Retry-After")).contains("10");
            assertThat(answer.body()).contains("urn:exactly-once:problem:issuer-unavailable");
        } finally {
            issuerAnswers = 200;
        }
    }

    @Test
    void tokensWithInventedKeysDoNotHaveTheIssuerAskedEachTime() throws Exception {
        String good = token(claims("a"), KEY);
        assertThat(status("GET /inventory", good)).isEqualTo(200);
        int before = issuerWasAsked.get();
        long start = System.nanoTime();
        for (int i = 0; i < 30; i++) {
            RSAKey invented =
                    new RSAKey.Builder(OTHER_KEY).keyID("invented-" + i).build();
            assertThat(status("GET /inventory", token(claims("a"), invented))).isIn(401, 503);
        }

        assertThat(status("GET /inventory", good)).isEqualTo(200);
        long pauses = Duration.ofNanos(System.nanoTime() - start).dividedBy(Duration.ofSeconds(10));
        assertThat(issuerWasAsked.get() - before).isLessThanOrEqualTo((int) pauses + 1);
    }

    @Test
    void onlyWhoHasATokenIsToldWhyTheServiceIsReadyOrNot() throws Exception {
        assertThat(send("GET /actuator/health", null).body())
                .startsWith("{")
                .contains("\"status\":")
                .doesNotContain("edis", "details");
        assertThat(send("GET /actuator/health", token(claims("prober"), KEY)).body())
                .contains("redisRequirements", "\"details\"");
        assertThat(status("GET /actuator/env", token(claims("prober").claim("scope", "orders:operate"), KEY)))
                .isEqualTo(404);
    }

    @Test
    void whoAsksTooOftenIsToldWhenToComeBackAndOthersAreNot() throws Exception {
        String greedy = token(claims("greedy"), KEY);
        String modest = token(claims("modest"), KEY);
        HttpResponse<String> answer = null;
        for (int i = 0; i < 500 && (answer == null || answer.statusCode() == 200); i++) {
            answer = send("GET /actuator/info", greedy);
        }

        assertThat(answer.statusCode()).isEqualTo(429);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(answer.body()).contains("urn:exactly-once:problem:too-many-requests");
        for (int i = 0; i < 20; i++) { // more than the other one would be allowed by now
            assertThat(status("GET /actuator/info", modest)).isEqualTo(200);
        }
    }

    @Test
    void noTokenIsInTheLog(CapturedOutput output) throws Exception {
        String good = token(claims("logged"), KEY);
        String bad = token(claims("logged"), OTHER_KEY);
        status("POST /jobs", good);
        status("POST /jobs", bad);
        LoggerFactory.getLogger(EachDoorTest.class).info("all is said");

        await().atMost(Duration.ofSeconds(10)).until(() -> output.getAll().contains("all is said"));
        assertThat(output.getAll()).contains("POST /jobs"); // so the log does tell of requests
        assertThat(output.getAll()).doesNotContain(good, bad, good.substring(good.lastIndexOf('.')));
    }

    private int status(String door, @Nullable String token) {
        return send(door, token).statusCode();
    }

    private HttpResponse<String> send(String door, @Nullable String token) {
        return Doors.knock("http://localhost:" + port, door, token, BodyHandlers.ofString());
    }

    /** Of a token that may read. */
    private static JWTClaimsSet.Builder claims(String subject) {
        return new JWTClaimsSet.Builder()
                .subject(subject)
                .issuer("https://id.example")
                .audience(List.of("payments", "orders"))
                .expirationTime(Date.from(Instant.now().plusSeconds(300)))
                .claim("scope", "orders:read");
    }

    private static String token(JWTClaimsSet.Builder claims, RSAKey key) throws JOSEException {
        return signed(claims, key).serialize();
    }

    private static SignedJWT signed(JWTClaimsSet.Builder claims, RSAKey key) throws JOSEException {
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID(key.getKeyID()).build();
        SignedJWT token = new SignedJWT(header, claims.build());
        token.sign(new RSASSASigner(key));
        return token;
    }

    /** What a service that goes by the token's own algorithm would take. */
    private static SignedJWT signedWithThePublicKey() throws JOSEException {
        JWSHeader header =
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID(KEY.getKeyID()).build();
        SignedJWT token = new SignedJWT(header, claims("a").build());
        token.sign(new MACSigner(KEY.toRSAPublicKey().getEncoded()));
        return token;
    }

    private static RSAKey rsa(String id) {
        try {
            return new RSAKeyGenerator(2048).keyID(id).generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    private static HttpServer issuer() {
        try {
            HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            byte[] keys = new JWKSet(KEY.toPublicJWK()).toString().getBytes(UTF_8);
            server.createContext("/keys", exchange -> {
                issuerWasAsked.incrementAndGet();
                exchange.getResponseHeaders().add("Content-Type", "application/json");
                exchange.sendResponseHeaders(issuerAnswers, keys.length);
                exchange.getResponseBody().write(keys);
                exchange.close();
            });
            server.start();
            return server;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
