package io.github.exactlyonce.contracts.api;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.logging.LoggingSystem;
import org.springframework.context.ApplicationContext;
import org.springframework.web.servlet.mvc.method.RequestMappingInfo;
import org.springframework.web.servlet.mvc.method.RequestMappingInfoHandlerMapping;

/** All that a service answers to, each in the words of its mapping: {@code GET /orders/{id}}; and whom it lets in. */
public final class Doors {

    public static final Set<String> ANYONE = Set.of();
    public static final Set<String> READERS = Set.of("read", "place", "operate");
    public static final Set<String> PLACERS = Set.of("place");
    public static final Set<String> OPERATORS = Set.of("operate");

    private static final Duration TIMEOUT = Duration.ofSeconds(20);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private Doors() {}

    public static List<String> of(ApplicationContext service) {
        return service.getBeansOfType(RequestMappingInfoHandlerMapping.class).values().stream()
                .flatMap(mapping -> mapping.getHandlerMethods().keySet().stream())
                .flatMap(Doors::of)
                .distinct()
                .toList();
    }

    private static Stream<String> of(RequestMappingInfo info) {
        Set<?> named = info.getMethodsCondition().getMethods();
        Set<?> methods = named.isEmpty() ? Set.of("GET", "POST") : named;
        return info.getPatternValues().stream()
                .flatMap(pattern -> methods.stream().map(method -> method + " " + pattern));
    }

    /** With something for each variable, and an empty object for what wants a body. */
    public static <T> HttpResponse<T> knock(String root, String door, @Nullable String bearer, BodyHandler<T> body) {
        String method = door.substring(0, door.indexOf(' '));
        String path = door.substring(door.indexOf(' ') + 1)
                .replaceAll("\\{\\w+}", "x")
                .replace("/**", "/liveness");
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(root + path))
                .method(method, method.startsWith("P") ? BodyPublishers.ofString("{}") : BodyPublishers.noBody())
                .header("Content-Type", "application/json");
        if (bearer != null) {
            request.header("Authorization", "Bearer " + bearer);
        }
        return send(request, body);
    }

    public static <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> body) {
        HttpRequest built = request.timeout(TIMEOUT).build();
        try {
            return HTTP.send(built, body);
        } catch (IOException e) {
            throw new UncheckedIOException(built.method() + " " + built.uri(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Of who looked through the log for keys. Levels are the JVM's, and so would be those of the tests after it. */
    public static void logAsBefore() {
        LoggingSystem logging = LoggingSystem.get(Doors.class.getClassLoader());
        List.of("io.github.exactlyonce", "org.springframework.security", "org.springframework.web")
                .forEach(logger -> logging.setLogLevel(logger, null));
    }
}
