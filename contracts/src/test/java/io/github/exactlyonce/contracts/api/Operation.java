package io.github.exactlyonce.contracts.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** One method of one path of a document, as it is published, and closed, for what is answered. */
final class Operation {

    /** Headers of HTTP itself, and those for browsers, which every answer may have. */
    private static final Set<String> COMMON = Set.of(
            "allow",
            "cache-control",
            "connection",
            "content-length",
            "content-type",
            "date",
            "keep-alive",
            "transfer-encoding",
            "vary",
            "x-content-type-options");

    private static final List<String> METHODS = List.of("get", "put", "post", "patch", "delete");

    private final String path;
    private final String method;
    private final Document document;
    private final Document closed;
    private final Pattern pattern;

    private Operation(String path, String method, Document document, Document closed) {
        this.path = path;
        this.method = method;
        this.document = document;
        this.closed = closed;
        this.pattern = Pattern.compile(path.replaceAll("\\{\\w+}", "[^/]+"));
    }

    static List<Operation> allOf(Document document, Document closed) {
        List<Operation> all = new ArrayList<>();
        document.at("/paths")
                .forEachEntry((path, item) -> METHODS.stream()
                        .filter(item::has)
                        .forEach(method -> all.add(new Operation(path, method, document, closed))));
        return all;
    }

    boolean isOf(String actual) {
        return method.equalsIgnoreCase(actual);
    }

    boolean matches(String actual) {
        return pattern.matcher(actual).matches();
    }

    boolean hasPathParameter() {
        return path.contains("{");
    }

    /** Each line is one thing that a client can tell: the operation, the type of its body, and each parameter outside of the path. */
    Stream<String> signature() {
        Stream<String> bodies = in(document).path("requestBody").path("content").propertyNames().stream()
                .map(type -> this + " body " + type);
        Stream<String> parameters = Stream.of(
                        in(document), document.at("/paths").path(path))
                .flatMap(node -> node.path("parameters").valueStream())
                .map(document::follow)
                .filter(parameter -> !parameter.path("in").asString().equals("path"))
                .map(parameter -> this + " " + parameter.path("in").asString() + " "
                        + parameter.path("name").asString());
        return Stream.of(Stream.of(toString()), bodies, parameters).flatMap(lines -> lines);
    }

    /** As {@link Answer#reason} says them; of problems, each type that has an example. */
    Stream<String> answers() {
        return in(document).path("responses").propertyStream().flatMap(response -> {
            JsonNode problem =
                    document.follow(response.getValue()).path("content").path(Answer.PROBLEM);
            String answer = this + " " + response.getKey();
            return problem.isMissingNode() ? Stream.of(answer) : types(problem).map(type -> answer + " " + type);
        });
    }

    List<String> checkRequest(String request) {
        JsonNode schema = in(document)
                .path("requestBody")
                .path("content")
                .path("application/json")
                .path("schema");
        return schema.isMissingNode()
                ? List.of()
                : document.problems(schema, JsonMapper.shared().readTree(request)).stream()
                        .map(problem -> "took a request that is not as documented: " + problem)
                        .toList();
    }

    List<String> check(Answer answer) {
        JsonNode documented = in(closed).path("responses").path(String.valueOf(answer.status()));
        if (documented.isMissingNode()) {
            return List.of("this status is not documented");
        }
        JsonNode response = closed.follow(documented);
        List<String> wrong = new ArrayList<>(undocumentedHeaders(response.path("headers"), answer));
        if (answer.body() != null) {
            response.path("headers")
                    .forEachEntry((name, header) -> wrong.addAll(checkHeader(name, closed.follow(header), answer)));
            wrong.addAll(checkBody(response.path("content"), answer));
        }
        return wrong;
    }

    private static List<String> undocumentedHeaders(JsonNode documented, Answer answer) {
        return answer.headers().map().keySet().stream()
                .filter(name -> !COMMON.contains(name.toLowerCase(Locale.ROOT)))
                .filter(name -> documented.propertyNames().stream().noneMatch(name::equalsIgnoreCase))
                .map(name -> "header " + name + " is not documented")
                .toList();
    }

    private List<String> checkHeader(String name, JsonNode header, Answer answer) {
        Optional<String> text = answer.headers().firstValue(name);
        if (text.isEmpty()) {
            return header.path("required").asBoolean(false) ? List.of("header " + name + " is missing") : List.of();
        }
        boolean isNumber = header.path("schema").path("type").asString("").equals("integer")
                && text.get().matches("\\d{1,9}");
        JsonNode value = JsonMapper.shared().valueToTree(isNumber ? Integer.valueOf(text.get()) : text.get());
        return closed.problems(header.path("schema"), value).stream()
                .map(problem -> "header " + name + ": " + problem)
                .toList();
    }

    private List<String> checkBody(JsonNode contents, Answer answer) {
        if (contents.isMissingNode()) {
            return String.valueOf(answer.body()).isEmpty() ? List.of() : List.of("a body is not documented");
        }
        JsonNode content = contents.path(answer.contentType());
        if (content.isMissingNode()) {
            return List.of("this type of content is not documented");
        }
        if (!answer.contentType().endsWith("json")) {
            return List.of();
        }
        try {
            JsonNode json = answer.json();
            List<String> wrong = new ArrayList<>(closed.problems(content.path("schema"), json));
            if (answer.isProblem() && json.path("status").asInt(0) != answer.status()) {
                wrong.add("says another status");
            }
            if (answer.isProblem() && types(content).noneMatch(Answer.typeOf(json)::equals)) {
                wrong.add("no example shows this type of problem");
            }
            return wrong;
        } catch (JacksonException e) {
            return List.of("is no JSON: " + e.getOriginalMessage());
        }
    }

    private Stream<String> types(JsonNode problem) {
        return problem.path("examples")
                .valueStream()
                .map(example -> Answer.typeOf(document.follow(example).path("value")));
    }

    private JsonNode in(Document which) {
        return which.at("/paths").path(path).path(method);
    }

    /** {@code GET /orders/{id}}. */
    @Override
    public String toString() {
        return method.toUpperCase(Locale.ROOT) + " " + path;
    }
}
