package io.github.exactlyonce.helm;

import com.marcnuri.helm.Helm;
import com.marcnuri.helm.TemplateCommand;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileVisitOption;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.yaml.snakeyaml.Yaml;

/** A chart of this project, and the release as which the README installs it. */
enum Chart {
    ORDER_SERVICE("order-service", "orders"),
    INVENTORY_SERVICE("inventory-service", "inventory");

    static final Path CHARTS = Path.of("..").toAbsolutePath().normalize();
    static final String NAMESPACE = "shop";

    final String chart;
    final String release;

    Chart(String chart, String release) {
        this.chart = chart;
        this.release = release;
    }

    Path directory() {
        return CHARTS.resolve(chart);
    }

    /** The name of what the chart makes. */
    String fullname() {
        return release + "-" + chart;
    }

    Object defaultValues() throws IOException {
        return new Yaml().load(Files.readString(directory().resolve("values.yaml")));
    }

    /**
     * @param values as in a values file; may be empty
     * @return all that {@code helm install} would make, and the pods and jobs of hooks
     * @throws IllegalStateException with Helm's message, if it refuses the values
     */
    Manifest render(String values) {
        return new Manifest(renderText(values));
    }

    /** @param values as in values files, each of which goes before the one in front of it */
    String renderText(String... values) {
        TemplateCommand template = new Helm(withHooksAsResources())
                .template()
                .withName(release)
                .withNamespace(NAMESPACE)
                .withKubeVersion("1.33.0");
        for (String file : values) {
            template.withValuesFile(valuesFile(file));
        }
        return template.call();
    }

    static Path valuesFile(String values) {
        try {
            Path file = Files.createTempFile(Path.of("target"), "values", ".yaml");
            file.toFile().deleteOnExit();
            return Files.writeString(file, values);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** This binding of Helm leaves the hooks out of what it renders: in a copy, nothing is a hook. */
    private Path withHooksAsResources() {
        return WithoutHooks.COPIES.get(ordinal());
    }

    private static final class WithoutHooks {

        static final List<Path> COPIES =
                Stream.of(values()).map(WithoutHooks::copy).toList();

        private static Path copy(Chart chart) {
            Path copy = Path.of("target", "without-hooks", chart.chart).toAbsolutePath();
            try (Stream<Path> files = Files.walk(chart.directory(), FileVisitOption.FOLLOW_LINKS)) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    Path target = copy.resolve(chart.directory().relativize(file));
                    Files.createDirectories(target.getParent());
                    Files.writeString(target, Files.readString(file).replace("helm.sh/hook:", "hook:"));
                }
                return copy;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
