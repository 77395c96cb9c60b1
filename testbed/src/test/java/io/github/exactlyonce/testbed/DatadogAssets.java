package io.github.exactlyonce.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** What the files in {@code helm/datadog} ask Datadog for. */
record DatadogAssets(List<MetricQuery> metrics, List<LogQuery> logs) {

    /** {@code sum:orders.placed{$env,outcome:placed} by {replica}.as_count()}, wherever it stands. */
    private static final Pattern METRIC =
            Pattern.compile("\\b(?:avg|max|min|sum):([a-z][\\w.]*)\\{([^}]*)}(?: by \\{([^}]*)})?(\\.as_count\\(\\))?");

    private static final Pattern ATTRIBUTE = Pattern.compile("@(\\w+)(?::([\\w*]+))?");

    /** Of the attributes that are searched without {@code @}, the one that is used. */
    private static final Pattern SERVICE = Pattern.compile("\\bservice:([\\w-]+)");

    /**
     * @param tags those that it filters by, with the value or {@code *}, and those that it groups by
     * @param asCount whether Datadog must know the series as a count
     */
    record MetricQuery(String text, String name, Map<String, String> tags, boolean asCount) {}

    /** @param attributes the wanted value or {@code *} of each; all have to be on one line */
    record LogQuery(String text, Map<String, String> attributes) {}

    /** @param edit the text of each file before it is read */
    static DatadogAssets read(Path directory, UnaryOperator<String> edit) {
        DatadogAssets assets = new DatadogAssets(new ArrayList<>(), new ArrayList<>());
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file :
                    files.filter(path -> path.toString().endsWith(".json")).toList()) {
                assets.add(JsonMapper.shared().readTree(edit.apply(Files.readString(file))));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return assets;
    }

    private void add(JsonNode file) {
        Map<String, String> variables = new HashMap<>();
        file.path("template_variables")
                .forEach(variable -> variables.put(
                        "$" + variable.get("name").asString(),
                        variable.get("prefix").asString()));
        for (String text : texts(file)) {
            List<MetricQuery> found = METRIC.matcher(text)
                    .results()
                    .map(query -> new MetricQuery(
                            query.group(), query.group(1), tags(query, variables), query.group(4) != null))
                    .toList();
            metrics.addAll(found);
            if (found.isEmpty() && ATTRIBUTE.matcher(text).find()) {
                logs.add(new LogQuery(text, attributes(text)));
            }
        }
        Stream.of("query", "query_string")
                .flatMap(field -> file.findValues(field).stream())
                .filter(JsonNode::isString)
                .map(JsonNode::asString)
                .filter(query -> !METRIC.matcher(query).find()
                        && !ATTRIBUTE.matcher(query).find())
                .forEach(query -> {
                    throw new IllegalArgumentException("not understood: " + query);
                });
    }

    /** All, not only queries: notes, messages and columns name attributes too. */
    private static Set<String> texts(JsonNode node) {
        Set<String> texts = new LinkedHashSet<>();
        if (node.isString()) {
            texts.add(node.asString());
        }
        node.forEach(child -> texts.addAll(texts(child)));
        return texts;
    }

    private static Map<String, String> tags(MatchResult metric, Map<String, String> variables) {
        Map<String, String> tags = new TreeMap<>();
        for (String filter : metric.group(2).split(",")) {
            String[] tag = filter.split(":", 2);
            if (tag.length == 2) {
                tags.put(tag[0], tag[1]);
            } else if (!filter.equals("*")) {
                tags.put(variables.getOrDefault(filter, filter), "*");
            }
        }
        if (metric.group(3) != null) {
            Stream.of(metric.group(3).split(",")).forEach(tag -> tags.putIfAbsent(tag, "*"));
        }
        return tags;
    }

    private static Map<String, String> attributes(String query) {
        Map<String, String> attributes = new TreeMap<>();
        ATTRIBUTE.matcher(query).results().forEach(attribute -> {
            String value = attribute.group(2);
            attributes.merge(
                    attribute.group(1), value == null ? "*" : value, (old, other) -> old.equals("*") ? other : old);
        });
        SERVICE.matcher(query).results().forEach(service -> attributes.put("service", service.group(1)));
        return attributes;
    }
}
