package io.github.exactlyonce.testbed;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The documents say which test shows what: each that they name exists, and each crash point has one. */
class DocumentedTestsTest {

    private static final Path REPOSITORY = Path.of("..");

    /** {@code SomeTest}, {@code SomeTest.aMethod}, or {@code .aMethod} of the class that was named before in this line. */
    private static final Pattern NAME =
            Pattern.compile("`(?:([A-Z][A-Za-z0-9]*[a-z](?:Test|IT))(?:\\.(\\w+))?|\\.(\\w+))`");

    private static final Pattern ROW = Pattern.compile("\\|(.+)\\|(.+)\\|(.+)\\|");

    @ParameterizedTest
    @ValueSource(strings = {"README.md", "docs/architecture.md", "CONTRIBUTING.md"})
    void everyTestThatIsNamedExists(String document) throws IOException {
        Map<String, String> sources = sourcesOfTests();
        List<String> missing = new ArrayList<>();
        for (String line : Files.readAllLines(REPOSITORY.resolve(document))) {
            String named = null;
            Matcher name = NAME.matcher(line);
            while (name.find()) {
                named = name.group(1) == null ? named : name.group(1);
                String method = name.group(1) == null ? name.group(3) : name.group(2);
                if (named != null && !exists(sources.get(named), method)) {
                    missing.add(name.group());
                }
            }
        }

        assertThat(missing).isEmpty();
    }

    @Test
    void everyCrashPointNamesItsTest() throws IOException {
        List<String> rows = crashPoints();

        assertThat(rows).hasSizeGreaterThan(50);
        assertThat(rows).allSatisfy(row -> {
            Matcher cells = ROW.matcher(row);
            assertThat(cells.matches()).isTrue();
            assertThat(cells.group(3)).containsPattern(NAME).doesNotContainIgnoringCase("no test");
        });
    }

    /** Those of the table, without its head. */
    private static List<String> crashPoints() throws IOException {
        return Files.readAllLines(REPOSITORY.resolve("docs/architecture.md")).stream()
                .dropWhile(line -> !line.equals("## Crash points"))
                .dropWhile(line -> !line.startsWith("| --- "))
                .skip(1)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }

    /**
     * @param source null if there is no such class
     * @param method null if only the class was named
     */
    private static boolean exists(@Nullable String source, @Nullable String method) {
        return source != null
                && (method == null
                        || Pattern.compile("\\bvoid " + method + "\\(")
                                .matcher(source)
                                .find());
    }

    private static Map<String, String> sourcesOfTests() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String module : List.of("contracts", "order-service", "inventory-service", "testbed", "helm/tests")) {
            try (Stream<Path> files = Files.walk(REPOSITORY.resolve(module).resolve("src/test/java"))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    sources.put(file.getFileName().toString().replace(".java", ""), Files.readString(file));
                }
            }
        }
        return sources;
    }
}
