package io.github.exactlyonce.testbed.figures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * What was found.
 *
 * @param name short: of its files too
 * @param about in sentences: what was done, with what, where
 * @param violations what must not happen, in sentences; empty if all is well
 */
public record Report(String name, String about, List<Table> tables, List<String> violations) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    public boolean isClean() {
        return violations.isEmpty();
    }

    /** {@code <name>.md} and {@code <name>.json}. */
    public void write(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(name + ".md"), toString());
            Map<String, Object> json = new TreeMap<>(Map.of("about", about, "violations", violations));
            for (Table table : tables) {
                json.put(table.title(), table.rowsByColumn());
            }
            Files.write(directory.resolve(name + ".json"), JSON.writeValueAsBytes(json));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Markdown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("# %s%n%n%s%n".formatted(name, about));
        tables.forEach(table -> text.append(table));
        violations.forEach(violation -> text.append("%nVIOLATED: %s%n".formatted(violation)));
        return text.toString();
    }
}
