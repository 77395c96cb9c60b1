package io.github.exactlyonce.testbed.scaling;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Figures, for a person. The first column says what a row is about. */
record Table(String title, List<String> columns, List<List<String>> rows) {

    static Table of(String title, String... columns) {
        return new Table(title, List.of(columns), new ArrayList<>());
    }

    Table row(String... cells) {
        rows.add(List.of(cells));
        return this;
    }

    List<Map<String, String>> rowsByColumn() {
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
