package io.github.exactlyonce.contracts.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.exactlyonce.contracts.api.Document;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Code, both {@code openapi.yaml} and {@code docs/problems.md} know the same types of problems, and say the same of them. */
class DocumentedProblemsTest {

    private static final String PAGE = read("docs/problems.md");
    private static final String ORDER = read("order-service/src/main/resources/api/openapi.yaml");
    private static final String INVENTORY = read("inventory-service/src/main/resources/api/openapi.yaml");
    private static final Map<String, Document> DOCUMENTS =
            Map.of("order-service", Document.of(ORDER), "inventory-service", Document.of(INVENTORY));
    private static final Pattern TYPE = Pattern.compile("urn:exactly-once:problem:[a-z-]+");

    @Test
    void thePageHasASectionForEachTypeInTheSameOrder() {
        assertThat(PAGE.lines().filter(line -> line.startsWith("## ")).map(line -> line.substring(3)))
                .containsExactlyElementsOf(Arrays.stream(ProblemType.values())
                        .map(ProblemType::text)
                        .toList());
    }

    @Test
    void nothingDocumentsATypeThatIsNone() {
        assertThat(TYPE.matcher(PAGE + ORDER + INVENTORY)
                        .results()
                        .map(match -> match.group())
                        .distinct())
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(ProblemType.values())
                        .map(type -> type.uri().toString())
                        .toList());
    }

    @ParameterizedTest
    @EnumSource
    void itsExamplesAndItsSectionSayTheSame(ProblemType type) {
        Map<String, List<JsonNode>> examples = examples(type);
        String services = examples.size() == 2 ? "both services" : String.join("", examples.keySet());
        String section = PAGE.split("\n## " + type.text() + "\n")[1].split("\n## ")[0];
        JsonNode shown = JsonMapper.shared().readTree(section.split("```(?:json)?\n")[1]);

        assertThat(section)
                .contains(type.title() + ": `" + type.status().value() + "`, from " + services + ".")
                .contains("**What to do:**");
        assertThat(examples.values().stream().flatMap(List::stream))
                .contains(shown)
                .allSatisfy(example -> {
                    assertThat(example.path("title").asString()).isEqualTo(type.title());
                    assertThat(example.path("status").asInt())
                            .isEqualTo(type.status().value());
                });
    }

    /** By service; a service that does not answer with it is left out. */
    private static Map<String, List<JsonNode>> examples(ProblemType type) {
        Map<String, List<JsonNode>> examples = new TreeMap<>();
        DOCUMENTS.forEach((service, document) -> {
            List<JsonNode> found = document.at("").findParents("type").stream()
                    .filter(node ->
                            node.path("type").asString("").equals(type.uri().toString()))
                    .toList();
            if (!found.isEmpty()) {
                examples.put(service, found);
            }
        });
        return examples;
    }

    private static String read(String path) {
        try {
            return Files.readString(Path.of("..").resolve(path));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
