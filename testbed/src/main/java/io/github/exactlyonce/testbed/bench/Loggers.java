package io.github.exactlyonce.testbed.bench;

import io.github.exactlyonce.testbed.system.ServiceProcess;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;

/** Switches the logs of running services off and on, so that both can be measured in the same warm processes. */
final class Loggers {

    private static final Duration TIMEOUT = Duration.ofSeconds(10);

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final List<ServiceProcess> services;

    Loggers(List<ServiceProcess> services) {
        this.services = services;
    }

    void off() throws InterruptedException {
        set("OFF");
    }

    /** As by default. */
    void on() throws InterruptedException {
        set("INFO");
    }

    /** What all of them have written so far. */
    long bytes() {
        return services.stream()
                .mapToLong(service -> service.log().toFile().length())
                .sum();
    }

    private void set(String level) throws InterruptedException {
        for (ServiceProcess service : services) {
            HttpRequest request = HttpRequest.newBuilder(service.uri().resolve("/actuator/loggers/ROOT"))
                    .timeout(TIMEOUT)
                    .header("Content-Type", "application/json")
                    .POST(BodyPublishers.ofString("{\"configuredLevel\":\"" + level + "\"}"))
                    .build();
            try {
                int status = http.send(request, BodyHandlers.discarding()).statusCode();
                if (status / 100 != 2) {
                    throw new BenchException(
                            "%s does not let its log be switched: %d".formatted(service.name(), status));
                }
            } catch (IOException e) {
                throw new BenchException("%s does not let its log be switched: %s".formatted(service.name(), e));
            }
        }
    }
}
