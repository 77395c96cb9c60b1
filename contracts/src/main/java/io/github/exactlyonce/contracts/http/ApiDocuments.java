package io.github.exactlyonce.contracts.http;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.util.Map;
import org.springframework.http.HttpMethod;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.servlet.resource.NoResourceFoundException;

/**
 * What a service says about itself: its HTTP API ({@code /openapi.yaml}), the messages that both services publish ({@code /asyncapi.yaml}),
 * and a page to read and try the former ({@code /docs}). Each service has an {@code api/openapi.yaml} of its own on the class path.
 */
@RestController
public class ApiDocuments {

    /** Swagger UI draws its icons from data URLs, and needs nothing else that a strict policy forbids. */
    private static final String SECURITY_POLICY =
            "default-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'self';"
                    + " frame-ancestors 'none'; object-src 'none'";

    private static final MediaType YAML = MediaType.parseMediaType("application/yaml;charset=UTF-8"); // RFC 9512
    private static final MediaType HTML = MediaType.parseMediaType("text/html;charset=UTF-8");
    private static final MediaType JAVASCRIPT = MediaType.parseMediaType("text/javascript;charset=UTF-8");
    private static final Map<String, MediaType> FILES_OF_THE_PAGE = Map.of(
            "docs.js",
            JAVASCRIPT,
            "swagger-ui-bundle.js",
            JAVASCRIPT,
            "swagger-ui.css",
            MediaType.parseMediaType("text/css;charset=UTF-8"));

    @GetMapping({"/openapi.yaml", "/asyncapi.yaml"})
    ResponseEntity<byte[]> document(HttpServletRequest request) throws IOException {
        return StaticFile.answer("api" + request.getServletPath(), YAML, SECURITY_POLICY);
    }

    @GetMapping("/docs")
    ResponseEntity<byte[]> page() throws IOException {
        return StaticFile.answer("api/docs.html", HTML, SECURITY_POLICY);
    }

    @GetMapping("/docs/{name}")
    ResponseEntity<byte[]> file(@PathVariable String name, HttpServletRequest request)
            throws IOException, NoResourceFoundException {
        MediaType type = FILES_OF_THE_PAGE.get(name);
        if (type == null) {
            throw new NoResourceFoundException(HttpMethod.GET, request.getRequestURI(), "docs/" + name);
        }
        return StaticFile.answer("api/" + name, type, SECURITY_POLICY);
    }
}
