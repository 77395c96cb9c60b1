package io.github.exactlyonce.testbed.figures;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
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
 * @param details what the tables were made of, for whoever wants other figures; goes to the JSON file only
 * @param violations what must not happen, in sentences; empty if all is well
 */
public record Report(
        String name,
        String about,
        List<Table> tables,
        List<Plot> plots,
        Map<String, ?> details,
        List<String> violations) {

    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /** Tables alone. */
    public Report(String name, String about, List<Table> tables, List<String> violations) {
        this(name, about, tables, List.of(), Map.of(), violations);
    }

    public boolean isClean() {
        return violations.isEmpty();
    }

    /** {@code <name>.md} and {@code <name>.json}, and for each plot {@code <name>-<plot>.svg}. */
    public void write(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.writeString(directory.resolve(name + ".md"), toString());
            Map<String, Object> json = new TreeMap<>(Map.of("about", about, "violations", violations));
            for (Table table : tables) {
                json.put(table.title(), table.rowsByColumn());
            }
            if (!details.isEmpty()) {
                json.put("details", details);
            }
            Files.write(directory.resolve(name + ".json"), JSON.writeValueAsBytes(json));
            for (Plot plot : plots) {
                Files.writeString(directory.resolve(file(plot)), plot.svg());
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Whatever {@link #write} wrote under this name, some other day. */
    public static void delete(Path directory, String name) {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, name + "{.md,.json,-*.svg}")) {
            for (Path file : files) {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String file(Plot plot) {
        return name + "-" + plot.name() + ".svg";
    }

    /** Markdown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("# %s%n%n%s%n".formatted(name, about));
        tables.forEach(table -> text.append(table));
        plots.forEach(plot -> text.append("%n![%s](%s)%n".formatted(plot.title(), file(plot))));
        violations.forEach(violation -> text.append("%nVIOLATED: %s%n".formatted(violation)));
        return text.toString();
    }
}
