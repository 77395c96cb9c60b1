package io.github.exactlyonce.testbed.system;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One of our services: a child process with an HTTP port and a readiness probe. */
public final class ServiceProcess extends ChildProcess {

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
    private static final int LINES_IN_ERROR = 20;
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PROBE_TIMEOUT)
            .build();

    private final int port;
    private volatile boolean hasAnswered;
    private volatile String lastAnswer = "{}";

    ServiceProcess(String name, int port, List<String> command, Map<String, String> environment, Path log) {
        super(name, command, environment, log);
        this.port = port;
    }

    public int port() {
        return port;
    }

    public URI uri() {
        return URI.create("http://127.0.0.1:" + port);
    }

    /** @throws IllegalStateException as {@link #waitUntilReady} */
    public void waitUntilItAnswers(Duration limit) {
        waitUntil(limit, () -> probe() || hasAnswered, "does not answer");
    }

    /** @throws IllegalStateException if it ends or is not ready in time; the message has what a person needs to find out why */
    public void waitUntilReady(Duration limit) {
        waitUntil(limit, this::probe, "is not ready");
    }

    private void waitUntil(Duration limit, BooleanSupplier condition, String failure) {
        hasAnswered = false;
        boolean ended = Polling.until(limit, () -> !isAlive() || condition.getAsBoolean());
        if (!isAlive()) {
            throw new IllegalStateException("%s ended with exit code %d. %s".formatted(name(), exitCode(), endOfLog()));
        }
        if (!ended) {
            throw new IllegalStateException("%s %s after %d s: %s"
                    .formatted(name(), failure, limit.toSeconds(), reason().orElseGet(this::endOfLog)));
        }
    }

    private boolean probe() {
        HttpRequest request = HttpRequest.newBuilder(uri().resolve("/actuator/health/readiness"))
                .timeout(PROBE_TIMEOUT)
                .build();
        try {
            var response = HTTP.send(request, BodyHandlers.ofString());
            hasAnswered = true;
            lastAnswer = response.body();
            return response.statusCode() == 200;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + name() + " whether it is ready", e);
        }
    }

    /** Our health indicators say in words what has to be changed. */
    private Optional<String> reason() {
        try {
            return Optional.ofNullable(JsonMapper.shared().readTree(lastAnswer).findValue("reason"))
                    .map(JsonNode::asString);
        } catch (JacksonException e) {
            return Optional.empty();
        }
    }

    private String endOfLog() {
        List<String> lines = new LogFile(log()).lastLines(LINES_IN_ERROR);
        return "The end of its log, " + log() + ":\n  " + String.join("\n  ", lines);
    }
}
