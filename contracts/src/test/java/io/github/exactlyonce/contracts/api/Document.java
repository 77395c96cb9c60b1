package io.github.exactlyonce.contracts.api;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SchemaRegistryConfig;
import com.networknt.schema.dialect.Dialect;
import com.networknt.schema.dialect.Dialects;
import com.networknt.schema.keyword.NonValidationKeyword;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.core.io.ClassPathResource;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** An OpenAPI or AsyncAPI document, and what its schemas say about values. */
public final class Document {

    /** Of OpenAPI 3.1, which AsyncAPI's is a part of here. */
    private static final Dialect DIALECT = Dialect.builder(Dialects.getOpenApi31())
            .keyword(new NonValidationKeyword("components"))
            .keyword(new NonValidationKeyword("example"))
            .build();

    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(
            DIALECT,
            registry -> registry.schemaRegistryConfig(
                    SchemaRegistryConfig.builder().formatAssertionsEnabled(true).build()));

    private final JsonNode root;
    private final Map<JsonNode, Schema> compiled = new ConcurrentHashMap<>();

    private Document(JsonNode root) {
        this.root = root;
    }

    /** @param resource on the class path */
    public static Document read(String resource) {
        try {
            return of(new ClassPathResource(resource).getContentAsString(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static Document of(String yaml) {
        Object content = new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
        return new Document(JsonMapper.shared().valueToTree(content));
    }

    /** The same, but each object has no members beside those that are named: what is sent is documented. */
    Document closed() {
        JsonNode copy = root.deepCopy();
        close(copy);
        return new Document(copy);
    }

    private static void close(JsonNode node) {
        if (node instanceof ObjectNode schema
                && "object".equals(schema.path("type").asString(""))
                && schema.path("properties").isObject()
                && !schema.has("additionalProperties")) {
            schema.put("additionalProperties", false);
        }
        node.forEach(Document::close);
    }

    /** @param pointer RFC 6901 */
    public JsonNode at(String pointer) {
        return root.at(pointer);
    }

    JsonNode root() {
        return root;
    }

    /** What a reference stands for; the node itself if it is none. */
    JsonNode follow(JsonNode node) {
        JsonNode reference = node.path("$ref");
        return reference.isString()
                ? follow(root.requiredAt(reference.asString().substring(1)))
                : node;
    }

    /** What is wrong with a value, by the schema of this name. */
    public List<String> problems(String schema, JsonNode value) {
        return problems(root.path("components").path("schemas").required(schema), value);
    }

    /** @param schema of this document */
    List<String> problems(JsonNode schema, JsonNode value) {
        Schema compiledSchema = compiled.computeIfAbsent(schema, any -> {
            ObjectNode whole = (ObjectNode) schema.deepCopy();
            whole.set("components", root.path("components")); // what references lead to
            return SCHEMAS.getSchema(whole);
        });
        return compiledSchema.validate(value).stream().map(Error::toString).toList();
    }
}
