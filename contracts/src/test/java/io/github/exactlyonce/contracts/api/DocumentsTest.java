package io.github.exactlyonce.contracts.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Each document stands alone, and what more than one of them says, all say alike. */
class DocumentsTest {

    private static final List<String> KINDS = List.of("schemas", "parameters", "headers");

    /** Each service's problems have members of their own. */
    private static final String PROBLEM = "Problem";

    private final Document order = openApi("order-service");
    private final Document inventory = openApi("inventory-service");
    private final Document messages = Document.read("api/asyncapi.yaml");

    @Test
    void whatBothServicesCallTheSameIsTheSame() {
        List<String> both = new ArrayList<>();
        for (String kind : KINDS) {
            order.at("/components/" + kind).forEachEntry((name, component) -> {
                JsonNode other = inventory.at("/components/" + kind + "/" + name);
                if (!other.isMissingNode() && !name.equals(PROBLEM)) {
                    both.add(name);
                    assertThat(component).as(name).isEqualTo(other);
                }
            });
        }
        assertThat(both).contains("Id", "Warehouse", "warehouse", "Retry-After");
    }

    @Test
    void anIdIsTheSameInMessages() {
        assertThat(messages.at("/components/schemas/Id")).isEqualTo(order.at("/components/schemas/Id"));
    }

    @Test
    void eachReferenceLeadsSomewhere() {
        for (Document document : List.of(order, inventory, messages)) {
            assertThat(document.root().findValuesAsString("$ref")).isNotEmpty().allSatisfy(reference -> {
                assertThat(reference).startsWith("#/");
                assertThat(document.at(reference.substring(1)).isMissingNode())
                        .as(reference)
                        .isFalse();
            });
        }
    }

    private static Document openApi(String service) {
        try {
            return Document.of(Files.readString(Path.of("..", service, "src/main/resources/api/openapi.yaml")));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
