package io.github.exactlyonce.order;

import io.github.exactlyonce.contracts.http.StaticFile;
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
 * The console's page and what belongs to it, and no other file.
 */
@RestController
class ConsoleFiles {

    /** The page asks this service alone, and nobody shows it inside of another page, where clicks could be led to it. */
    private static final String CONTENT_SECURITY_POLICY =
            "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

    static final String PATH = "/console/{name:[a-z]+\\.[a-z]+}";

    private static final String PAGE = "index.html";
    private static final MediaType JAVASCRIPT = MediaType.parseMediaType("text/javascript;charset=UTF-8");
    private static final Map<String, MediaType> TYPES = Map.of(
            "console.css",
            MediaType.parseMediaType("text/css;charset=UTF-8"),
            "console.js",
            JAVASCRIPT,
            "feed.js",
            JAVASCRIPT,
            "key.js",
            JAVASCRIPT,
            "lanes.js",
            JAVASCRIPT,
            "panels.js",
            JAVASCRIPT,
            "icon.svg",
            MediaType.parseMediaType("image/svg+xml"));

    @GetMapping("/")
    ResponseEntity<byte[]> page() throws IOException {
        return file(PAGE, MediaType.parseMediaType("text/html;charset=UTF-8"));
    }

    @GetMapping(PATH)
    ResponseEntity<byte[]> file(@PathVariable String name, HttpServletRequest request)
            throws IOException, NoResourceFoundException {
        MediaType type = TYPES.get(name);
        if (type == null) {
            throw new NoResourceFoundException(HttpMethod.GET, request.getRequestURI(), "console/" + name);
        }
        return file(name, type);
    }

    private static ResponseEntity<byte[]> file(String name, MediaType type) throws IOException {
        return StaticFile.answer("static/" + name, type, CONTENT_SECURITY_POLICY);
    }
}
