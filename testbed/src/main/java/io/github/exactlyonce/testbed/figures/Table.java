package io.github.exactlyonce.testbed.figures;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures, for a person. The first column says what a row is about. */
public record Table(String title, List<String> columns, List<List<String>> rows) {

    public static Table of(String title, String... columns) {
        return new Table(title, List.of(columns), new ArrayList<>());
    }

    public Table row(String... cells) {
        if (cells.length != columns.size()) {
            throw new IllegalArgumentException(
                    "%d cells for %d columns of '%s'".formatted(cells.length, columns.size(), title));
        }
        rows.add(List.of(cells));
        return this;
    }

    /** Each row, by the titles of its columns. */
    public List<Map<String, String>> rowsByColumn() {
        return rows.stream().map(this::byColumn).toList();
    }

    private Map<String, String> byColumn(List<String> row) {
        Map<String, String> cells = new LinkedHashMap<>();
        for (int i = 0; i < columns.size(); i++) {
            cells.put(columns.get(i), row.get(i));
        }
        return cells;
    }

    /** Markdown. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("%n## %s%n%n".formatted(title));
        text.append(line(columns))
                .append(line(columns.stream().map(column -> "---").toList()));
        rows.forEach(row -> text.append(line(row)));
        return text.toString();
    }

    private static String line(List<String> cells) {
        return "| " + String.join(" | ", cells) + " |" + System.lineSeparator();
    }
}
