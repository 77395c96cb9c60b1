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

/** One of our services: a child process with an HTTP port and a readiness probe. */
public final class ServiceProcess extends ChildProcess {

    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(5);
    private static final int LINES_IN_ERROR = 20;
    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(PROBE_TIMEOUT)
            .build();

    private final int port;
    private volatile String lastAnswer = "nothing";

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

    public boolean isReady() {
        return isAlive() && probe();
    }

    /** @throws IllegalStateException if it ends or is not ready in time; the message has what a person needs to find out why */
    public void waitUntilReady(Duration limit) {
        if (!Polling.until(limit, () -> !isAlive() || probe())) {
            throw new IllegalStateException("%s is not ready after %d s. Its readiness probe says: %s%n%s"
                    .formatted(name(), limit.toSeconds(), lastAnswer, endOfLog()));
        }
        if (!isAlive()) {
            throw new IllegalStateException(
                    "%s ended with exit code %d.%n%s".formatted(name(), exitCode(), endOfLog()));
        }
    }

    private boolean probe() {
        HttpRequest request = HttpRequest.newBuilder(uri().resolve("/actuator/health/readiness"))
                .timeout(PROBE_TIMEOUT)
                .build();
        try {
            var response = HTTP.send(request, BodyHandlers.ofString());
            lastAnswer = response.statusCode() + " " + response.body();
            return response.statusCode() == 200;
        } catch (IOException e) {
            lastAnswer = "nothing (" + e + ")";
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while asking " + name() + " whether it is ready", e);
        }
    }

    private String endOfLog() {
        List<String> lines = new LogFile(log()).newLines();
        List<String> last = lines.subList(Math.max(0, lines.size() - LINES_IN_ERROR), lines.size());
        return "The end of its log, " + log() + ":\n  " + String.join("\n  ", last);
    }
}
