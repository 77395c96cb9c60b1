package io.github.exactlyonce.contracts.api;

import java.net.URI;
import java.net.http.HttpHeaders;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.web.servlet.mvc.method.annotation.RequestMappingHandlerMapping;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The {@code api/openapi.yaml} of a service, held against it in both directions: what it answers must be documented, whole and of the
 * documented form; what is documented must exist, and have been answered.
 */
public final class OpenApi {

    /** Problems that are answered at one place for all operations; those without a type are Spring's. */
    private static final Set<String> SHARED = Set.of(
            "400 plain",
            "406 plain",
            "413 body-too-large",
            "415 plain",
            "500 damaged-data",
            "500 unexpected",
            "503 redis-unavailable");

    /** What stands before all operations of both services, and is the same code: seen in the tests of one of them. */
    private static final Set<String> BEFORE_ALL = Set.of(
            "401 unauthorized",
            "403 forbidden",
            "403 cross-site",
            "403 unknown-host",
            "429 too-many-requests",
            "503 issuer-unavailable");

    private final Document document = Document.read("api/openapi.yaml");
    private final Document closed = document.closed();
    private final Predicate<String> otherPaths;
    private final List<Operation> operations;
    private final Set<String> seen = new ConcurrentSkipListSet<>();

    /** @param otherPaths that the service has, and that are no part of the documented API */
    public OpenApi(Predicate<String> otherPaths) {
        this.otherPaths = otherPaths;
        this.operations = Operation.allOf(document, closed);
    }

    /**
     * Checks an answer, and remembers that it was seen.
     *
     * @param request the body of the request; null for none
     * @throws AssertionError if it is not as documented
     */
    public void check(String method, URI uri, @Nullable String request, int status, HttpHeaders headers, String body) {
        String path = uri.getRawPath();
        Answer answer = new Answer(status, headers, method.equals("HEAD") ? null : body);
        if (otherPaths.test(path) || answer.isOfTheServer()) {
            return;
        }
        List<String> wrong = new ArrayList<>();
        Optional<Operation> operation = operation(method.equals("HEAD") ? "GET" : method, path);
        if (operation.isPresent()) {
            wrong.addAll(operation.get().check(answer));
            seen.add(operation.get() + " " + answer.reason());
            if (status < 300 && request != null) {
                wrong.addAll(operation.get().checkRequest(request));
            }
        } else {
            boolean isPath = operations.stream().anyMatch(each -> each.matches(path));
            if (!answer.isProblem() || status != (isPath ? 405 : 404)) {
                wrong.add("no such operation is documented");
            }
        }
        if (!wrong.isEmpty()) {
            throw new AssertionError(method + " " + uri + " was answered with " + answer
                    + "\nwhich is not as documented:\n  " + String.join("\n  ", wrong));
        }
    }

    /** Checks the data of an event of a stream. */
    public void checkEvent(String schema, String data) {
        List<String> wrong = closed.problems(schema, JsonMapper.shared().readTree(data));
        if (!wrong.isEmpty()) {
            throw new AssertionError(data + " is no " + schema + ": " + wrong);
        }
    }

    /**
     * The answers that are documented and that no {@link #check} has seen: {@code GET /orders 200}, or {@code POST /orders 409
     * order-conflict}. What is answered at one place for all operations need only have been seen of one of them.
     */
    public Set<String> unseen() {
        Set<String> shared =
                seen.stream().map(OpenApi::reason).filter(SHARED::contains).collect(Collectors.toSet());
        return operations.stream()
                .flatMap(Operation::answers)
                .filter(answer -> !seen.contains(answer)
                        && !shared.contains(reason(answer))
                        && !BEFORE_ALL.contains(reason(answer)))
                .collect(Collectors.toCollection(TreeSet::new));
    }

    /** Without the operation. */
    private static String reason(String answer) {
        return answer.split(" ", 3)[2];
    }

    /** What differs between the controllers and the document. */
    public List<String> differences(RequestMappingHandlerMapping controllers) {
        Set<String> documented =
                operations.stream().flatMap(Operation::signature).collect(Collectors.toSet());
        Set<String> mapped = Controllers.signatures(controllers, otherPaths);
        return Stream.concat(
                        documented.stream()
                                .filter(each -> !mapped.contains(each))
                                .map(each -> "only documented: " + each),
                        mapped.stream()
                                .filter(each -> !documented.contains(each))
                                .map(each -> "not documented: " + each))
                .sorted()
                .toList();
    }

    /** What is wrong with the examples, by their schemas. */
    public List<String> wrongExamples() {
        List<String> wrong = new ArrayList<>();
        collectExamples(closed.root(), wrong);
        return wrong;
    }

    private void collectExamples(JsonNode node, List<String> wrong) {
        if (node.has("schema")) {
            Stream<JsonNode> named = node.path("examples")
                    .valueStream()
                    .map(example -> closed.follow(example).required("value"));
            Stream<JsonNode> single = node.has("example") ? Stream.of(node.path("example")) : Stream.of();
            Stream.concat(named, single)
                    .forEach(example -> closed.problems(node.path("schema"), example)
                            .forEach(problem -> wrong.add(example + ": " + problem)));
        }
        node.forEach(child -> collectExamples(child, wrong));
    }

    /** A path that is spelt out goes before one with a parameter. */
    private Optional<Operation> operation(String method, String path) {
        return operations.stream()
                .filter(operation -> operation.isOf(method) && operation.matches(path))
                .min(Comparator.comparing(Operation::hasPathParameter));
    }
}
